using Byon.MediaNode.Core.Protocol;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>The browser's side: everything goes through the peer, on the address that audio uses as well (BUNDLE).</summary>
internal sealed class WebRtcVideoLeg(MediaTransmitQueue queue, EntropySource entropy, WebRtcPeer peer, int socket) : VideoLeg(queue, entropy)
{
    public override bool CanSend => peer.CanSend;

    public void Configure(Instant now, WebRtcLegPlan plan) => Configure(now, plan.Video);

    protected override int Protect(Span<byte> slot, int length) => peer.ProtectRtp(slot, length);

    protected override void CommitRtp(int length) => Queue.Commit(socket, peer.Remote!, length);

    protected override void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (!peer.CanSend) return;
        var slot = Queue.Reserve();
        if (slot.IsEmpty) return;
        compound.CopyTo(slot);
        var length = peer.ProtectRtcp(slot, compound.Length);
        if (length > 0) Queue.Commit(socket, peer.Remote!, length);
    }
}
