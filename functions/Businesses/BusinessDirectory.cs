using Byon.Functions.CallHandling;
using Byon.Functions.Security;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Businesses;

/// <summary>A client that may speak for numbers without a subscriber's consent.</summary>
internal sealed record Business(IReadOnlyList<string> Numbers, bool DrawsNumbers, IReadOnlyList<string> CalledNumbers)
{
    public bool MayCall(string address) => CalledNumbers.Count == 0 || CalledNumbers.Any(number => CallAddress.IsOf(address, number));
}

/// <summary>The businesses of the settings.</summary>
internal sealed class BusinessDirectory(IOptions<BusinessOptions> options)
{
    private readonly Dictionary<string, Business> _byClient = options.Value.Clients.ToDictionary(
        client => client.ClientId,
        client => new Business(NumberList.TryParse(client.Numbers)!, client.DrawsNumbers, NumberList.TryParse(client.CalledNumbers)!));

    /// <summary>Null for a subscriber's token, and for a client that is no business.</summary>
    public Business? Find(Caller caller) => caller.IsTwoLegged ? _byClient.GetValueOrDefault(caller.ClientId) : null;
}
