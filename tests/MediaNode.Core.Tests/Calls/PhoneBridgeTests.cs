using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>A call on its way to the subscriber's phone and back: RFC 3725 flow I, and every race on the way.</summary>
public class PhoneBridgeTests
{
    private static readonly SipSessionId Far = new(1);
    private static readonly SipSessionId Phone = new(2);
    private static readonly string PhoneSdp = CallSdp.Phone(port: 5000);
    private static readonly string FarSdp = CallSdp.Phone(port: 6000);

    private readonly PhoneBridge _bridge = new(new SdpOrigin(77, 5), new EntropySource(new byte[32]));

    [Fact]
    public void The_phones_offer_goes_to_the_far_side_and_its_answer_back()
    {
        Assert.Equal([new InvitePhone()], Drained());
        FromPhone(new SessionAnswered(Phone, 200, "OK", PhoneSdp));
        var offered = Assert.IsType<OfferTo>(Assert.Single(Drained()));
        Assert.Equal((BridgeSide.Far, PhoneSdp.Replace("o=phone 7 1", "o=- 77 5", StringComparison.Ordinal)), (offered.Side, offered.Sdp));
        FromFar(new SessionReinviteAnswered(Far, FarSdp));
        var actions = Drained();
        Assert.EndsWith(FarSdp[FarSdp.IndexOf("s=-", StringComparison.Ordinal)..], Assert.IsType<AcknowledgePhone>(actions[0]).Answer, StringComparison.Ordinal);
        Assert.IsType<Byon.MediaNode.Core.Calls.Joined>(actions[1]);
        Assert.True(_bridge.HasJoined && _bridge.IsSettled);
    }

    [Theory]
    [InlineData(SipEndingKind.Rejected, 486, TransferFailure.Busy)]
    [InlineData(SipEndingKind.Rejected, 603, TransferFailure.Declined)]
    [InlineData(SipEndingKind.Rejected, 404, TransferFailure.NotReachable)]
    [InlineData(SipEndingKind.Rejected, 488, TransferFailure.NotReachable)]
    [InlineData(SipEndingKind.Timeout, 408, TransferFailure.NoAnswer)]
    [InlineData(SipEndingKind.Unreachable, 0, TransferFailure.NotReachable)]
    public void A_phone_that_does_not_answer_changes_nothing(SipEndingKind kind, int status, TransferFailure why)
    {
        Drained();
        FromPhone(new SessionEnded(Phone, new SipEnding(kind, status, "")));
        Assert.Equal([new GaveUp(why, false)], Drained());
        Assert.True(_bridge.IsOver);
    }

    [Fact]
    public void An_answer_without_an_offer_is_no_use()
    {
        Drained();
        FromPhone(new SessionAnswered(Phone, 200, "OK", null));
        Assert.Equal([new EndSide(BridgeSide.Phone), new GaveUp(TransferFailure.RefusedByFarSide, false)], Drained());
    }

    [Fact]
    public void A_far_side_that_refuses_ends_the_phones_call()
    {
        Joining();
        FromFar(new SessionReinviteRejected(Far, 488, "Not Acceptable Here"));
        Assert.Equal([new EndSide(BridgeSide.Phone), new GaveUp(TransferFailure.RefusedByFarSide, false)], Drained());
    }

    [Fact]
    public void A_phone_that_hangs_up_while_the_far_side_moves_gives_the_far_side_back()
    {
        Joining();
        FromPhone(Ended(Phone));
        Assert.Empty(Drained());
        FromFar(new SessionReinviteAnswered(Far, FarSdp));
        Assert.Equal([new GaveUp(TransferFailure.Cancelled, true)], Drained());
    }

    [Fact]
    public void A_phone_that_hangs_up_before_the_far_side_refused_leaves_all_as_it_was()
    {
        Joining();
        FromPhone(Ended(Phone));
        FromFar(new SessionReinviteRejected(Far, 488, ""));
        Assert.Equal([new GaveUp(TransferFailure.Cancelled, false)], Drained());
    }

    [Fact]
    public void A_call_that_ends_takes_the_ringing_phone_along()
    {
        Drained();
        _bridge.CallEnded();
        Assert.Equal([new EndSide(BridgeSide.Phone)], Drained());
        Assert.True(_bridge.IsOver);
        Assert.False(_bridge.TryCancel());
    }

    [Fact]
    public void It_can_be_called_off_until_the_phone_answers()
    {
        Joining();
        Assert.False(_bridge.TryCancel());
    }

    [Fact]
    public void A_reoffer_of_one_side_is_the_other_sides_to_answer()
    {
        Joined();
        FromFar(new SessionReinvited(Far, FarSdp));
        Assert.Equal(BridgeSide.Phone, Assert.IsType<OfferTo>(Assert.Single(Drained())).Side);
        Assert.False(_bridge.IsSettled);
        FromPhone(new SessionReinvited(Phone, PhoneSdp));
        Assert.Equal([new RejectOn(BridgeSide.Phone, 491)], Drained());
        FromPhone(new SessionReinviteAnswered(Phone, PhoneSdp));
        Assert.Equal(BridgeSide.Far, Assert.IsType<AcceptOn>(Assert.Single(Drained())).Side);
        FromPhone(new SessionReinvited(Phone, null));
        Assert.Equal([new RejectOn(BridgeSide.Phone, 488)], Drained());
        FromFar(new SessionReinvited(Far, FarSdp));
        Drained();
        FromPhone(new SessionReinviteRejected(Phone, 606, ""));
        Assert.Equal([new RejectOn(BridgeSide.Far, 606)], Drained());
    }

    [Fact]
    public void Nobody_on_the_phone_is_passed_on()
    {
        Joined();
        FromFar(new SessionReferred(Far, new(new SipUri("tel:+34600"), null), null));
        Assert.Equal([new RefuseReferralOn(BridgeSide.Far, 603)], Drained());
    }

    [Fact]
    public void A_browser_gets_the_call_back_and_the_phone_hangs_up()
    {
        Joined();
        _bridge.Retrieve("offer");
        Assert.Equal([new OfferTo(BridgeSide.Far, "offer")], Drained());
        FromFar(new SessionReinviteAnswered(Far, FarSdp));
        Assert.Equal([new Retrieved(FarSdp), new EndSide(BridgeSide.Phone)], Drained());
        Assert.True(_bridge.IsOver);
    }

    [Fact]
    public void A_browser_the_far_side_does_not_want_changes_nothing()
    {
        Joined();
        _bridge.Retrieve("offer");
        Drained();
        FromFar(new SessionReinviteRejected(Far, 488, "no"));
        Assert.Equal([new RetrievalRefused(488, "no")], Drained());
        Assert.True(_bridge.IsSettled);
    }

    [Fact]
    public void A_far_side_that_hangs_up_meanwhile_ends_it_for_all()
    {
        Joined();
        _bridge.Retrieve("offer");
        Drained();
        FromFar(Ended(Far));
        Assert.Equal([new RetrievalRefused(0, ""), new EndSide(BridgeSide.Phone)], Drained());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_phone_that_hangs_up_meanwhile_leaves_the_call_to_the_browser_or_ends_it(bool taken)
    {
        Joined();
        _bridge.Retrieve("offer");
        Drained();
        FromPhone(Ended(Phone));
        Assert.Empty(Drained());
        if (taken)
        {
            FromFar(new SessionReinviteAnswered(Far, FarSdp));
            Assert.Equal([new Retrieved(FarSdp)], Drained());
        }
        else
        {
            FromFar(new SessionReinviteRejected(Far, 488, ""));
            Assert.Equal([new RetrievalRefused(488, ""), new EndSide(BridgeSide.Far)], Drained());
        }

        Assert.True(_bridge.IsOver);
    }

    [Fact]
    public void A_browser_that_leaves_meanwhile_leaves_the_far_side_with_the_phone()
    {
        Joined();
        _bridge.Retrieve("offer");
        Drained();
        _bridge.CancelRetrieval();
        FromFar(new SessionReinviteAnswered(Far, FarSdp));
        var restored = Assert.IsType<OfferTo>(Assert.Single(Drained()));
        Assert.Contains("m=audio 5000", restored.Sdp, StringComparison.Ordinal);
        Assert.Contains("o=- 77 7 ", restored.Sdp, StringComparison.Ordinal);
        FromFar(new SessionReinviteAnswered(Far, FarSdp));
        Assert.Empty(Drained());
        Assert.True(_bridge.IsSettled);
    }

    [Theory]
    [InlineData(BridgeSide.Far)]
    [InlineData(BridgeSide.Phone)]
    public void Who_hangs_up_ends_the_other_side(BridgeSide side)
    {
        Joined();
        _bridge.Receive(side, Ended(side == BridgeSide.Far ? Far : Phone));
        Assert.Equal([new EndSide(side == BridgeSide.Far ? BridgeSide.Phone : BridgeSide.Far)], Drained());
        Assert.True(_bridge.IsOver);
    }

    [Fact]
    public void A_bridge_saved_is_the_same_bridge()
    {
        Assert.Null(_bridge.Save());
        Joined();
        var restored = PhoneBridge.Restore(_bridge.Save()!);
        Assert.True(restored.HasJoined && restored.IsSettled);
        Assert.Equal(_bridge.Save(), restored.Save());
        restored.Receive(BridgeSide.Phone, Ended(Phone));
        Assert.True(restored.TryDequeue(out var action));
        Assert.Equal(new EndSide(BridgeSide.Far), action);
    }

    [Theory]
    [InlineData("v=0\r\no=phone 7 1 IN IP6 ::1\r\ns=-\r\n", "v=0\r\no=- 9 3 IN IP6 ::1\r\ns=-\r\n")]
    [InlineData("o=x\n", "o=- 9 3 IN IP4 0.0.0.0\n")]
    [InlineData("v=0\r\ns=-\r\n", "v=0\r\ns=-\r\n")]
    [InlineData("", "")]
    public void Only_the_origin_of_a_description_is_rewritten(string sdp, string expected) => Assert.Equal(expected, new SdpOrigin(9, 3).PutInto(sdp));

    [Fact]
    public void Whatever_the_sessions_say_nothing_throws_and_each_side_is_ended_once()
    {
        for (uint seed = 0; seed < 2_000; seed++)
        {
            var entropy = new EntropySource([.. BitConverter.GetBytes(seed), .. new byte[28]]);
            var bridge = new PhoneBridge(new SdpOrigin(1, 1), entropy);
            var ends = new List<BridgeSide>();
            var decisions = 0;
            for (var step = 0; step < 40; step++)
            {
                var side = entropy.NextUInt32() % 2 == 0 ? BridgeSide.Far : BridgeSide.Phone;
                Step(bridge, side, entropy.NextUInt32() % 12);
                while (bridge.TryDequeue(out var action))
                {
                    if (action is EndSide end) ends.Add(end.Side);
                    if (action is GaveUp or Byon.MediaNode.Core.Calls.Joined) decisions++;
                }
            }

            Assert.Equal(ends.Distinct(), ends);
            Assert.True(decisions <= 1, $"seed {seed}");
        }
    }

    private static void Step(PhoneBridge bridge, BridgeSide side, uint what)
    {
        var session = side == BridgeSide.Far ? Far : Phone;
        switch (what)
        {
            case 0: bridge.Receive(side, Ended(session)); break;
            case 1: bridge.TryCancel(); break;
            case 2: bridge.CancelRetrieval(); break;
            case 3 when bridge.IsSettled: bridge.Retrieve("offer"); break;
            case 4: bridge.CallEnded(); break;
            case 5: bridge.Receive(side, new SessionReinviteRejected(session, 488, "")); break;
            case 6: bridge.Receive(side, new SessionReinvited(session, null)); break;
            case 7: bridge.Receive(side, new SessionReinvited(session, PhoneSdp)); break;
            case 8 or 9: bridge.Receive(side, new SessionReinviteAnswered(session, FarSdp)); break;
            default: bridge.Receive(side, new SessionAnswered(session, 200, "OK", PhoneSdp)); break;
        }
    }

    private void Joining()
    {
        FromPhone(new SessionAnswered(Phone, 200, "OK", PhoneSdp));
        Drained();
    }

    private void Joined()
    {
        Joining();
        FromFar(new SessionReinviteAnswered(Far, FarSdp));
        Drained();
    }

    private static SessionEnded Ended(SipSessionId session) => new(session, new SipEnding(SipEndingKind.RemoteBye, 0, ""));

    private void FromPhone(SipSessionEvent happened) => _bridge.Receive(BridgeSide.Phone, happened);

    private void FromFar(SipSessionEvent happened) => _bridge.Receive(BridgeSide.Far, happened);

    private List<BridgeAction> Drained()
    {
        List<BridgeAction> actions = [];
        while (_bridge.TryDequeue(out var action)) actions.Add(action);
        return actions;
    }
}
