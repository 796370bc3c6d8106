using Byon.MediaNode.Core.Protocol.Pidf;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>A location by value in an INVITE: a PIDF-LO beside the SDP that a Geolocation header points to (RFC 6442 §4.1, RFC 2392).</summary>
internal static class GeolocationHeader
{
    private const string Name = "Geolocation";
    private const string Routing = "Geolocation-Routing";
    private const string Scheme = "cid:";

    /// <summary>Puts the location beside the request's body, which must be there.</summary>
    /// <param name="token">Makes the part's name and the boundary unique.</param>
    /// <param name="domain">Domain of the part's name.</param>
    public static void Attach(SipMessage message, SipLocation location, string token, string domain)
    {
        var contentId = $"{token}@{domain}";
        message.Headers.Set(Name, $"<{Scheme}{contentId}>");
        message.Headers.Set(Routing, location.MayRoute ? "yes" : "no");
        var body = MultipartBody.Write(
            token,
            ($"Content-Type: {message.Headers["Content-Type"]}\r\n", message.Body),
            // A receiver that knows no locations is to take the call all the same (RFC 5621 §8).
            ($"Content-Type: {PidfNames.MediaType}\r\nContent-ID: <{contentId}>\r\nContent-Disposition: by-reference;handling=optional\r\n", location.PidfLo));
        message.SetBody($"{MultipartBody.MediaType};boundary={token}", body);
    }

    /// <summary>The location the header points to; null where it is not in the message, or says nothing that we can read.</summary>
    public static GeoLocation? Read(SipMessage message)
    {
        if (message.ContentType != MultipartBody.MediaType) return null;
        foreach (var value in message.Headers.Values(Name))
        {
            if (ContentIdOf(value) is not { } id) continue;
            var part = MultipartBody.Read(message.Headers["Content-Type"]!, message.Body)
                .FirstOrDefault(part => part.MediaType == PidfNames.MediaType && part.ContentId == id);
            if (part is not null && PidfLoReader.TryRead(part.Content.Span, out var location)) return location;
        }

        return null;
    }

    private static string? ContentIdOf(string value)
    {
        var (open, close) = (value.IndexOf('<', StringComparison.Ordinal), value.IndexOf('>', StringComparison.Ordinal));
        if (open < 0 || close < open) return null;
        var uri = value[(open + 1)..close].Trim();
        return uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(uri[Scheme.Length..]) : null;
    }
}
