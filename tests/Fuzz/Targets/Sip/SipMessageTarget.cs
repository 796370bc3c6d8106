using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Sip;

/// <summary>One datagram through the parser, and everything that is read from a message afterwards.</summary>
public sealed class SipMessageTarget() : FuzzTarget("sip", new TextMutator(Words))
{
    internal static readonly string[] Words =
    [
        "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO", "NOTIFY", "SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER", "SIP/2.0", "100",
        "180", "183", "199", "200", "302", "401", "407", "408", "422", "480", "481", "486", "487", "491", "503", "504", "600", "Via", "From", "To", "Call-ID", "CSeq",
        "Contact", "Route", "Record-Route", "Require", "Supported", "Proxy-Require", "100rel", "timer", "precondition", "replaces", "outbound", "gruu", "RSeq", "RAck",
        "Session-Expires", "Min-SE", "Retry-After", "Replaces", "Refer-To", "Reason", "Privacy", "P-Asserted-Identity", "Geolocation", "Content-Type", "multipart/mixed",
        "boundary", "application/sdp", "application/pidf+xml", "tag", "branch", "z9hG4bK", "rport", "received", "maddr", "lr", "transport", "udp", "tcp", "sip", "sips",
        "tel", "urn", "z9hG4bKz9hG4bK", "v", "f", "t", "i", "l", "m", "c", "k",
    ];

    public override string SharedCorpus => "tests/MediaNode.Core.Tests/Protocol/Sip/Torture";

    public override int Run(byte[] input)
    {
        if (!SipParser.TryParseDatagram(input, SipLimits.Default, out var message, out var rejection)) return -(int)rejection;
        var shape = ReadAll(message);
        var once = SipWriter.Write(message);
        Require(SipParser.TryParseDatagram(once.Span, SipLimits.Default, out var again, out _) || once.Length > SipLimits.Default.Message - 4_096, "a message that was read is not read again as it is written");
        if (again is not null)
        {
            Require(again.Headers.Select(h => (h.Name, h.Value)).SequenceEqual(Written(message)), "headers change by being written");
            Require(SipWriter.Write(again).Span.SequenceEqual(once.Span), "writing twice differs from writing once");
        }

        return shape;
    }

    /// <summary>Content-Length is written last, whatever was received.</summary>
    private static IEnumerable<(string Name, string Value)> Written(SipMessage message) =>
        message.Headers.Where(h => !h.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(h => (h.Name, h.Value))
            .Append(("Content-Length", message.Body.Length.ToString()));

    private static int ReadAll(SipMessage message)
    {
        var shape = new HashCode();
        shape.Add(message is SipRequest request ? request.Method.Length + 1000 : ((SipResponse)message).Status);
        foreach (var name in message.Headers.Select(h => h.Name).Distinct().Order(StringComparer.Ordinal).Take(12)) shape.Add(name.Length);
        shape.Add(message.From.Tag is null);
        shape.Add(message.To.Tag is null);
        shape.Add(message.TopVia.Host.Length == 0);
        shape.Add(message.CSeq.Method.Length);
        shape.Add(message.Contact is null);
        shape.Add(message.Sdp is null);
        shape.Add(message.ReasonCause);
        shape.Add(message.Number("RSeq") is null);
        shape.Add(SessionIdentifier.Of(message) is null);
        shape.Add(ReplacesHeader.TryParse(message.Headers[ReplacesHeader.Name], out _));
        shape.Add(SipFragment.Read(message.Body.Span));
        if (message is SipRequest refer)
        {
            shape.Add(ReferTarget.TryRead(refer, out _, out var refusal));
            shape.Add(refusal);
            shape.Add(CallerPreferences.RejectUs(refer));
        }

        shape.Add(SessionExpiresHeader.Of(message)?.IsRefreshedByServer);
        shape.Add(RAckHeader.TryParse(message.Headers["RAck"], out _));
        shape.Add(GeolocationHeader.Read(message)?.Shape.GetType().Name.Length);
        foreach (var name in (string[])["P-Asserted-Identity", "P-Associated-URI", "Route", "Record-Route", "Service-Route", "Path", "Contact"])
            shape.Add(Math.Min(message.Addresses(name).Count(), 3));
        return shape.ToHashCode();
    }
}
