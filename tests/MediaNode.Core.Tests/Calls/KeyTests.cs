using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>Keys that the network presses by INFO.</summary>
public class KeyTests
{
    private static readonly SessionInfoDigit Nine = new(new SipSessionId(1), '9', TimeSpan.FromMilliseconds(160));

    [Fact]
    public void A_key_of_the_network_is_pressed_for_the_browser()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Sent(Nine);
        Assert.Equal([new KeyPress('9', TimeSpan.FromMilliseconds(160), ToWebRtc: true)], rig.Keys);
        Assert.Contains("sip.info-digit", rig.Milestones);
    }

    [Fact]
    public void Before_the_answer_nobody_hears_it()
    {
        var rig = CallRig.Outgoing();
        rig.Sent(Nine);
        Assert.Empty(rig.Keys);
    }
}
