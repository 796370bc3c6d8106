using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class CallRaceTests
{
    [Fact]
    public void An_answer_that_crosses_the_cancel_does_not_connect_the_call()
    {
        var rig = CallRig.Outgoing();
        rig.End();
        rig.Answered(CallSdp.Phone());
        Assert.Equal(CallState.SessionCancelled, rig.State);
        rig.Ended(SipEndingKind.Local);
        AssertEndedOnce(rig);
    }

    [Fact]
    public void A_cancel_that_crosses_the_pick_up_loses()
    {
        var rig = CallRig.Incoming();
        rig.Ended(SipEndingKind.RemoteCancel, 487, "Request Terminated", 200);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer())!.Fault);
        AssertEndedOnce(rig);
    }

    [Fact]
    public void Hanging_up_twice_ends_once()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.End();
        rig.End();
        Assert.Equal("local-hangup", rig.Call.Description.End!.Reason);
        Assert.Single(rig.Sip.OfType<EndSession>());
        AssertEndedOnce(rig);
    }

    [Fact]
    public void Both_sides_hang_up_at_once_and_the_first_cause_stands()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.End();
        rig.Ended(SipEndingKind.RemoteBye);
        Assert.Equal("local-hangup", rig.Call.Description.End!.Reason);
        AssertEndedOnce(rig);
        Assert.True(rig.Call.IsOver);
    }

    [Fact]
    public void A_lost_browser_hangs_up_towards_the_network()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Media(new WebRtcPeerLost());
        rig.Media(new DtlsFailed("late news"));
        Assert.Equal((CallState.Terminated, CallEndClass.Client, "browser-lost"), (rig.State, rig.Call.Description.End!.Class, rig.Call.Description.End.Reason));
        Assert.Single(rig.Sip.OfType<EndSession>());
        AssertEndedOnce(rig);
    }

    [Fact]
    public void A_network_that_fell_silent_is_hung_up_on()
    {
        var rig = CallRig.ConnectedIncoming();
        rig.Media(new NetworkMediaLost());
        Assert.Equal((CallState.Terminated, CallEndClass.Network, "media-timeout"), (rig.State, rig.Call.Description.End!.Class, rig.Call.Description.End.Reason));
        Assert.Single(rig.Sip.OfType<EndSession>());
        AssertEndedOnce(rig);
    }

    [Fact]
    public void A_failed_handshake_fails_the_call()
    {
        var rig = CallRig.Outgoing();
        rig.Media(new DtlsFailed("fingerprint mismatch"));
        Assert.Equal((CallState.Failed, "dtls-failed"), (rig.State, rig.Call.Description.End!.Reason));
        AssertEndedOnce(rig);
    }

    [Fact]
    public void The_node_ends_a_call_for_a_reason_of_its_own()
    {
        var rig = CallRig.ConnectedIncoming();
        rig.Abort(CallEnd.RegistrationExpired);
        Assert.Equal((CallState.Terminated, "registration-expired"), (rig.State, rig.Call.Description.End!.Reason));
        AssertEndedOnce(rig);
    }

    [Fact]
    public void A_sip_session_that_never_goes_away_is_forgotten_in_the_end()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.End();
        rig.Advance(TimeSpan.FromSeconds(69));
        Assert.False(rig.Call.IsOver);
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.True(rig.Call.IsOver);
        Assert.Null(rig.Call.NextTimeout);
    }

    [Fact]
    public void Media_and_sip_steps_become_milestones_of_the_timeline()
    {
        var rig = CallRig.Outgoing();
        rig.Sent(new SessionInviteSent(new SipSessionId(1), "x", new SessionIdentifier(SessionIdentifier.Nil, null)));
        rig.Media(new IceConnected());
        rig.Media(new DtlsConnected("AEAD_AES_128_GCM"));
        rig.Provisional(180);
        rig.Answered(CallSdp.Phone());
        rig.Media(new FirstWebRtcAudio());
        rig.Media(new FirstImsAudio());
        rig.Media(new DigitRelayed('5', FromWebRtc: true));
        rig.Ended(SipEndingKind.RemoteBye);
        Assert.Equal(
            [
                "sip.invite-sent", "ice.connected", "dtls.connected", "sip.180", "sip.200", "media.first-from-browser",
                "media.first-from-network", "media.digit-from-browser", "sip.bye-received",
            ],
            rig.Milestones);
    }

    /// <summary>Whatever comes in whatever order: one ending, no gap in the numbers, nothing after the end, media released once.</summary>
    [Fact]
    public void Random_inputs_never_break_the_invariants()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var bytes = new byte[32];
            bytes[0] = (byte)seed;
            bytes[1] = (byte)(seed >> 8);
            var entropy = new EntropySource(bytes);
            var rig = (seed % 3) switch { 0 => CallRig.Outgoing(), 1 => CallRig.Incoming(), _ => CallRig.Incoming(null, out _) };
            for (var step = 0; step < 40; step++) Disturb(rig, entropy.NextUInt32() % 22);
            if (!rig.Call.HasEnded) rig.End();
            AssertEndedOnce(rig);
        }
    }

    private static void Disturb(CallRig rig, uint choice)
    {
        switch (choice)
        {
            case 0: rig.Provisional(180); break;
            case 1: rig.Provisional(183, CallSdp.Phone()); break;
            case 2: rig.Answered(CallSdp.Phone()); break;
            case 3: rig.Answered(null); break;
            case 4: rig.Acknowledged(CallSdp.Phone()); break;
            case 5: rig.Reinvited(CallSdp.Phone("sendonly")); break;
            case 6: rig.Reinvited(CallSdp.Phone()); break;
            case 7: rig.Reinvited(null); break;
            case 8: rig.ReinviteAnswered(CallSdp.Phone("recvonly")); break;
            case 9: rig.ReinviteAnswered("nonsense"); break;
            case 10: rig.ReinviteRejected(491, "Request Pending"); break;
            case 11: rig.Put(CallState.Hold); break;
            case 12: rig.Put(CallState.Resume); break;
            case 13: rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer()); break;
            case 14: rig.Put(CallState.Ringing); break;
            case 15: rig.Put(CallState.InProgress, offer: CallSdp.BrowserOffer()); break;
            case 16: rig.Media(new IceConnected()); break;
            case 17: rig.Advance(TimeSpan.FromSeconds(5)); break;
            case 18: rig.Acknowledged(); break;
            case 19 when rig.Events.Count > 3: rig.End(); break;
            case 20 when rig.Events.Count > 3: rig.Ended(SipEndingKind.RemoteBye); break;
            case 21 when rig.Events.Count > 3: rig.Media(new WebRtcPeerLost()); break;
        }
    }

    private static void AssertEndedOnce(CallRig rig)
    {
        Assert.Equal(Enumerable.Range(1, rig.Events.Count), rig.Events.Select(told => told.Call.SequenceNumber));
        Assert.Single(rig.Events, told => told.Call.End is not null);
        Assert.NotNull(rig.Events[^1].Call.End);
        Assert.NotNull(rig.Events[^1].Reason);
        Assert.Equal(1, rig.Releases);
        Assert.True(rig.Sip.OfType<EndSession>().Count() <= 1);
    }
}
