using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>Compounds, as a session takes them.</summary>
public sealed class RtcpTarget() : FuzzTarget("rtcp", new ByteMutator())
{
    public override int Run(byte[] input)
    {
        var shape = new HashCode();
        var packets = 0;
        var reader = new RtcpReader(input);
        while (reader.TryRead(out var packet))
        {
            Require(++packets <= (input.Length / 4) + 1, "a compound never ends");
            shape.Add(packet.Type);
            _ = packet.Ssrc;
            if (packet.Type == RtcpType.SenderReport) _ = packet.SenderInfo;
            if (packet.Type is RtcpType.SenderReport or RtcpType.ReceiverReport)
            {
                for (var i = 0; i < packet.Count; i++) _ = packet.Report(i);
            }

            if (packet.Type is RtcpType.TransportFeedback or RtcpType.PayloadFeedback) shape.Add(Read(packet.Feedback));
            if (packet.Type == RtcpType.ExtendedReport) shape.Add(RtcpVoiceMetrics.TryFind(packet.Blocks, out _));
        }

        shape.Add(reader.Malformed);
        var session = new RtcpSession(new EntropySource(new byte[32])) { Codec = AudioCodec.Pcma, ReportsVoice = true };
        var now = new Instant(TimeSpan.TicksPerDay);
        session.Start(now);
        session.StartSource(7);
        shape.Add(session.Receive(now, input));
        Require(session.WriteReport(now, new byte[RtcpSession.MaximumReportSize]) <= RtcpSession.MaximumReportSize, "a report is longer than its room");
        shape.Add(session.PeerMetrics is null);
        shape.Add(session.PeerReport is null);
        return shape.ToHashCode();
    }

    /// <summary>What a receiver of video may want: pictures, packets, a bit rate.</summary>
    private static int Read(in RtcpFeedback feedback)
    {
        const uint ssrc = 10;
        for (var i = 0; i < feedback.NackCount; i++) _ = feedback.NackAt(i);
        Require(feedback.BitrateOf(ssrc) is null or >= 0, "a bit rate below nothing");
        return HashCode.Combine(feedback.Type, feedback.Format, feedback.NackCount > 0, feedback.AsksForPicture(ssrc), feedback.BitrateOf(ssrc) is null);
    }
}
