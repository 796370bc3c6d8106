namespace Byon.Local.WebPubSub;

/// <summary>The bearer token of a request's Authorization header.</summary>
internal static class Bearer
{
    private const string Prefix = "Bearer ";

    public static string Of(HttpRequest request) => request.Headers.Authorization.ToString() is { } header && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        ? header[Prefix.Length..]
        : "";
}
