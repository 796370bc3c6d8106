using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Tokens;

/// <summary>Who an access token speaks for. JWTs are judged here, about opaque ones the issuer is asked; see <see cref="TokenMode"/>.</summary>
internal sealed class AccessTokens(JwtTokens jwt, OpaqueTokens opaque, IOptions<AuthOptions> options)
{
    private const int MaximumLength = 16 * 1024;

    private readonly TokenMode _mode = options.Value.Mode;

    public Task<TokenVerdict> ValidateAsync(string token, CancellationToken cancel)
    {
        if (token.Length is 0 or > MaximumLength)
        {
            return Task.FromResult(TokenVerdict.Invalid("The token is malformed"));
        }

        var isJwt = _mode == TokenMode.Jwt || (_mode == TokenMode.Automatic && JwtTokens.LooksLikeOne(token));
        return isJwt ? jwt.ValidateAsync(token, cancel) : opaque.ValidateAsync(token, cancel);
    }
}
