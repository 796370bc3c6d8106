using Byon.Functions.Businesses;
using Byon.Functions.Security;
using Byon.Functions.Security.Limits;
using Byon.Functions.Surfaces;

namespace Byon.Functions.Http;

/// <summary>Who may run an operation: a token with one of its scopes, within the limits; a business with the line it means.</summary>
internal sealed class Gate(BearerSecurity security, RateLimits limits, BusinessCallers businesses)
{
    public async Task<(Caller? Caller, Problem? Refusal)> AdmitAsync(HttpRequest request, ServedOperation operation, CancellationToken cancel)
    {
        var (caller, refusal) = await security.AuthorizeAsync(request, operation.Scopes, cancel);
        refusal ??= limits.Count(caller!, operation.Method);
        return refusal is null ? (await businesses.IdentifyAsync(request, caller!, cancel), null) : (null, refusal);
    }
}
