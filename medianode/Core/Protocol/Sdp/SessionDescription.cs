namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>One a= line: <c>a=name</c> or <c>a=name:value</c> (RFC 8866 §5.13).</summary>
public sealed record SdpAttribute(string Name, string? Value);

/// <summary>What both the session and each m= section carry: a connection and attributes.</summary>
/// <param name="Connection">Value of c= ("IN IP4 192.0.2.1"), or null.</param>
public abstract record SdpSection(string? Connection, IReadOnlyList<SdpAttribute> Attributes)
{
    public bool Has(string name) => Attributes.Any(a => a.Name == name);

    /// <summary>Value of the first attribute of that name; null when there is none or it is a flag.</summary>
    public string? Value(string name) => Attributes.FirstOrDefault(a => a.Name == name)?.Value;

    public IEnumerable<string> Values(string name) => Attributes.Where(a => a.Name == name && a.Value is not null).Select(a => a.Value!);
}

/// <summary>One m= section (RFC 8866 §5.14).</summary>
/// <param name="Kind">audio, video, application…</param>
/// <param name="Profile">The proto field, such as RTP/AVP.</param>
public sealed record MediaDescription(
    string Kind, int Port, string Profile, IReadOnlyList<string> Formats, string? Connection, IReadOnlyList<SdpAttribute> Attributes)
    : SdpSection(Connection, Attributes)
{
    /// <summary>b=AS in kbit/s (RFC 8866 §5.8); null where the section has none.</summary>
    public int? Kilobits { get; init; }

    /// <summary>Port zero refuses a section (RFC 3264 §6), except where it only says "bundled" (RFC 9143 §6).</summary>
    public bool IsRejected => Port == 0 && !Has("bundle-only");
}

/// <summary>A session description as far as offer and answer need it; o=, s=, t= and b= but for a section's AS are read over.</summary>
public sealed record SessionDescription(string? Connection, IReadOnlyList<SdpAttribute> Attributes, IReadOnlyList<MediaDescription> Media)
    : SdpSection(Connection, Attributes);
