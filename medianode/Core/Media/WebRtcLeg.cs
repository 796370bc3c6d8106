using Byon.MediaNode.Core.Protocol;

namespace Byon.MediaNode.Core.Media;

/// <summary>The browser's side: everything goes through the peer, RTP and RTCP on one address (rtcp-mux).</summary>
internal sealed class WebRtcLeg(MediaTransmitQueue queue, EntropySource entropy, WebRtcPeer peer, int socket) : MediaLeg(queue, entropy)
{
    protected override bool CanSend => peer.CanSend;

    public void Configure(Instant now, WebRtcLegPlan plan)
    {
        peer.Configure(now, plan);
        Configure(now, plan.Audio);
    }

    public override long ReadAheadHearing() => base.ReadAheadHearing() + peer.ReadAheadHearing();

    public override long ReadAheadTelling() => base.ReadAheadTelling() + peer.ReadAheadTelling();

    protected override bool CommitRtp(Span<byte> slot, int length) => Commit(peer.CanSend ? peer.ProtectRtp(slot, length) : 0);

    protected override void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (!peer.CanSend) return;
        var slot = Queue.Reserve();
        if (slot.IsEmpty) return;
        compound.CopyTo(slot);
        Commit(peer.ProtectRtcp(slot, compound.Length));
    }

    private bool Commit(int length)
    {
        if (length == 0 || peer.Remote is not { } remote) return false;
        Queue.Commit(socket, remote, length);
        return true;
    }
}
