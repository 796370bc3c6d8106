using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class CallSnapshotTests
{
    [Fact]
    public void A_restored_call_goes_on_where_it_was()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Hold);
        rig.ReinviteAnswered(CallSdp.Phone("recvonly"));
        var offered = rig.Sip.OfType<SendReinvite>().Single().Offer;

        var restored = rig.Restored();

        Assert.Equal(rig.Call.Description, restored.Call.Description);
        Assert.Equal(MediaDirection.Inactive, restored.Plan.Ims!.Audio.Direction);
        Assert.Null(restored.Put(CallState.Resume));
        Assert.Equal(VersionOf(offered) + 1, VersionOf(restored.Sip.OfType<SendReinvite>().Single().Offer));
        restored.ReinviteAnswered(CallSdp.Phone());
        Assert.Equal(rig.Plan.Ims!.PeerRtp, restored.Plan.Ims!.PeerRtp);
        restored.Ended(SipEndingKind.RemoteBye);
        Assert.Equal(rig.Call.Description.SequenceNumber + 1, restored.Events.Single().Call.SequenceNumber);
        Assert.Equal("remote-hangup", restored.Call.Description.End!.Reason);
    }

    [Fact]
    public void Only_a_connected_call_is_saved()
    {
        Assert.Null(CallRig.Outgoing().Call.Save());
        Assert.Null(CallRig.Incoming().Call.Save());
        var ended = CallRig.ConnectedIncoming();
        ended.End();
        Assert.Null(ended.Call.Save());
    }

    private static int VersionOf(string sdp) => int.Parse(sdp.Split('\n')[1].Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
}
