using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>RTP headers, and telephone-events in the payload.</summary>
public sealed class RtpTarget() : FuzzTarget("rtp", new ByteMutator())
{
    public override int Run(byte[] input)
    {
        var kind = Datagram.Classify(input);
        if (!RtpPacket.TryParse(input, out var packet)) return (int)kind;
        Require(packet.Payload.Length <= input.Length - RtpPacket.HeaderSize, "a payload is longer than its packet");
        var isKey = TelephoneEvent.TryParse(packet.Payload, out var key);
        if (isKey && packet.Payload.Length == TelephoneEvent.Size)
        {
            var written = new byte[TelephoneEvent.Size];
            key.Write(written);
            Require(TelephoneEvent.TryParse(written, out var again) && again == key, "an event changes by being written");
        }

        return HashCode.Combine(kind, packet.Marker, input[0] & 0x3F, isKey, key.Digit);
    }
}
