using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Ice;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>A browser that changes its network offers anew, with other ICE credentials (RFC 8839 §4.4.1.1.1).</summary>
public class IceRestartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OtherCredentialsAreAnsweredWithOthersOfOurs(bool outgoing)
    {
        var rig = outgoing ? CallRig.ConnectedOutgoing() : CallRig.ConnectedIncoming();
        var first = Credentials(outgoing ? rig.Call.Description.AnswerSdp! : rig.Call.Description.OfferSdp!);

        rig.Put(CallState.Connected, offer: CallSdp.BrowserOffer(ufrag: "restart1"));
        var second = Credentials(rig.Call.Description.AnswerSdp!);
        Assert.Equal(first.Next(), second);
        Assert.Equal((second, "restart1"), (rig.Plan.WebRtc!.LocalIce, rig.Plan.WebRtc.PeerIce.UsernameFragment));
        Assert.Empty(rig.Sip.OfType<SendReinvite>());

        // The same ones again are no restart.
        rig.Put(CallState.Connected, offer: CallSdp.BrowserOffer(ufrag: "restart1"));
        Assert.Equal(second, Credentials(rig.Call.Description.AnswerSdp!));
        Assert.Equal(second, rig.Plan.WebRtc!.LocalIce);
    }

    [Fact]
    public void ARestoredCallKnowsWhichCredentialsCameLast()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Connected, offer: CallSdp.BrowserOffer(ufrag: "restart1"));
        var last = Credentials(rig.Call.Description.AnswerSdp!);
        var restored = rig.Restored();
        restored.Put(CallState.Connected, offer: CallSdp.BrowserOffer(ufrag: "restart2"));
        Assert.Equal(last.Next(), Credentials(restored.Call.Description.AnswerSdp!));
    }

    private static IceCredentials Credentials(string sdp) => new(Value(sdp, "a=ice-ufrag:"), Value(sdp, "a=ice-pwd:"));

    private static string Value(string sdp, string name) => sdp.Split("\r\n").Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..];
}
