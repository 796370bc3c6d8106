using System.Net.Http.Headers;

namespace Byon.Functions.Http;

internal static class AcceptHeader
{
    /// <summary>True unless the client lists what it accepts and leaves JSON out (RFC 9110 §12.5.1); an unreadable list is ignored.</summary>
    public static bool AllowsJson(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0)
        {
            return true;
        }

        var ranges = accept.Split(',').Select(range => MediaTypeWithQualityHeaderValue.TryParse(range.Trim(), out var type) ? type : null).ToList();
        return ranges.Any(range => range is null)
            || ranges.Any(range => range is { Quality: not 0.0 } && range.MediaType is "*/*" or "application/*" or "application/json");
    }
}
