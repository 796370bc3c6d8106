using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>The SIP agent against sipp as the IMS peer: reliable ringing, session timers, and messages that cross or come again.</summary>
public sealed class SippTests : SippRig
{
    [Fact]
    public void ReliableRingingIsAcknowledged()
    {
        using var sipp = Call("uas-reliable-progress", out var session);
        Assert.Equal(183, Port.WaitFor<SessionProgressed>().Status);
        Assert.Equal(180, Port.WaitFor<SessionProgressed>().Status);
        Assert.Contains("m=audio 6000", Port.WaitFor<SessionAnswered>().Sdp, StringComparison.Ordinal);
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void ALongerSessionIntervalIsTaken()
    {
        using var sipp = Call("uas-longer-session", out var session);
        Port.WaitFor<SessionAnswered>();
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void AnAnswerThatCrossesTheCancelIsHungUp()
    {
        using var sipp = Call("uas-answers-into-cancel", out var session);
        Port.WaitFor<SessionProgressed>();
        Port.Agent.End(SipPort.Now, session);
        Assert.Equal(SipEndingKind.Local, Port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
        Assert.DoesNotContain(Port.Events, one => one is SessionEnded or SessionAnswered);
    }

    [Fact]
    public void AByeThatCrossesTheReinviteEndsOnce()
    {
        using var sipp = Call("uas-hangs-up-into-reinvite", out var session);
        Port.WaitFor<SessionAnswered>();
        Port.Agent.Reinvite(SipPort.Now, session, Offer);
        Assert.Equal(SipEndingKind.RemoteBye, Port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
        Assert.DoesNotContain(Port.Events, one => one is SessionEnded);
    }

    [Fact]
    public void ResponsesThatComeTwiceAndLateChangeNothing()
    {
        using var sipp = Call("uas-repeats-and-dawdles", out var session);
        Port.WaitFor<SessionAnswered>();
        Assert.Equal(session, Port.WaitFor<SessionEnded>().Session);
        Succeeds(sipp);
        Assert.DoesNotContain(Port.Events, one => one is SessionAnswered);
    }

    [Fact]
    public void ACallerThatRequiresReliableRingingIsAnswered()
    {
        Port.Agent.RegisterStatic(Line(Port.Local));
        using var sipp = SippPeer.Start("uac-reliable-progress", Port.Local);
        var invited = Port.WaitFor<SessionInvited>();
        Assert.True(invited.CanAnswerEarly);
        Port.Agent.Progress(SipPort.Now, invited.Session, 180, null);
        // The transactions of the INVITE and of its PRACK.
        Port.RunUntil(() => Port.Agent.Transactions == 2);
        Port.Agent.Answer(SipPort.Now, invited.Session, Offer);
        Assert.Equal(SipEndingKind.RemoteBye, Port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
    }

    [Fact]
    public void ARedirectedCallGoesToTheNewContact()
    {
        using var sipp = Call("uas-redirects", out var session);
        Port.WaitFor<SessionAnswered>();
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void AForkThatAnswersAfterAnotherOneIsHungUp()
    {
        using var sipp = Call("uas-answers-twice", out var session);
        Port.WaitFor<SessionAnswered>();
        // The INVITE's transaction, and the BYE to the second fork, answered.
        Port.RunUntil(() => Port.Agent.Transactions == 2);
        HangUp(session);
        Succeeds(sipp);
        Assert.DoesNotContain(Port.Events, one => one is SessionAnswered);
    }

    [Fact]
    public void OfSeveralEarlyDialogsTheOneThatAnswersIsTaken()
    {
        using var sipp = Call("uas-forks-early", out var session);
        Assert.Equal(180, Port.WaitFor<SessionProgressed>().Status);
        Assert.Equal(183, Port.WaitFor<SessionProgressed>().Status);
        Assert.Contains("m=audio 6002", Port.WaitFor<SessionAnswered>().Sdp, StringComparison.Ordinal);
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void AnAnswerThatCrossesThePrackIsTaken()
    {
        using var sipp = Call("uas-answers-into-prack", out var session);
        Assert.Contains("m=audio 6000", Port.WaitFor<SessionAnswered>().Sdp, StringComparison.Ordinal);
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void OffersThatCrossAreBothRefusedAndOursComesAgain()
    {
        using var sipp = Call("uas-offers-into-update", out var session);
        Port.WaitFor<SessionProgressed>();
        Port.Agent.Reinvite(SipPort.Now, session, Offer);
        Assert.Contains("m=audio 6000", Port.WaitFor<SessionReinviteAnswered>().Answer, StringComparison.Ordinal);
        Port.WaitFor<SessionAnswered>();
        HangUp(session);
        Succeeds(sipp);
        Assert.DoesNotContain(Port.Events, one => one is SessionReinvited);
    }

    [Fact]
    public void ACallerThatIsNotReadyIsAnsweredInSegments()
    {
        Port.Agent.RegisterStatic(Line(Port.Local));
        using var sipp = SippPeer.Start("uac-preconditions", Port.Local);
        var session = Port.WaitFor<SessionInvited>().Session;
        Port.Agent.Progress(SipPort.Now, session, 183, Offer + Resources);
        Assert.Contains("curr:qos local sendrecv", Port.WaitFor<SessionReinvited>().Offer, StringComparison.Ordinal);
        Port.Agent.AcceptReinvite(SipPort.Now, session, Offer + Resources);
        Port.Agent.Progress(SipPort.Now, session, 180, null);
        Port.Agent.Answer(SipPort.Now, session, Offer + Resources);
        Assert.Equal(SipEndingKind.RemoteBye, Port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
    }

    [Fact]
    public void AFarEndThatIsNotReadyRingsAfterOurUpdate()
    {
        using var sipp = Call("uas-preconditions", out var session, Offer + Resources.Replace("local sendrecv\r\na=curr", "local none\r\na=curr", StringComparison.Ordinal));
        Assert.Equal(183, Port.WaitFor<SessionProgressed>().Status);
        Port.Agent.Reinvite(SipPort.Now, session, Offer + Resources);
        Port.WaitFor<SessionReinviteAnswered>();
        Assert.Equal(180, Port.WaitFor<SessionProgressed>().Status);
        Port.WaitFor<SessionAnswered>();
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void AnInviteWithoutOfferGetsOurs()
    {
        Port.Agent.RegisterStatic(Line(Port.Local));
        using var sipp = SippPeer.Start("uac-offerless", Port.Local);
        var invited = Port.WaitFor<SessionInvited>();
        Assert.Null(invited.Offer);
        Port.Agent.Progress(SipPort.Now, invited.Session, 180, null);
        Port.Agent.Answer(SipPort.Now, invited.Session, Offer);
        Assert.Contains("m=audio 6000", Port.WaitFor<SessionAcknowledged>().Sdp, StringComparison.Ordinal);
        HangUp(invited.Session);
        Succeeds(sipp);
    }

    [Fact]
    public void ACallTakenElsewhereSaysSo()
    {
        Port.Agent.RegisterStatic(Line(Port.Local));
        using var sipp = SippPeer.Start("uac-answered-elsewhere", Port.Local);
        Port.Agent.Progress(SipPort.Now, Port.WaitFor<SessionInvited>().Session, 180, null);
        var ending = Port.WaitFor<SessionEnded>().Ending;
        Assert.Equal((SipEndingKind.RemoteCancel, 200), (ending.Kind, ending.ReasonCause));
        Succeeds(sipp);
    }

    [Fact]
    public void RequestsThatLeadNowhereAreAnsweredByTheBook()
    {
        Port.Agent.RegisterStatic(Line(Port.Local));
        using var sipp = SippPeer.Start("uac-odd-requests", Port.Local);
        Port.Agent.Progress(SipPort.Now, Port.WaitFor<SessionInvited>().Session, 180, null);
        Assert.Equal(SipEndingKind.RemoteCancel, Port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
        Assert.DoesNotContain(Port.Events, one => one is SessionInvited);
    }

    [Fact]
    public void AServerThatAsksForLessGetsNoNewCall()
    {
        using var sipp = Call("uas-asks-for-less", out _);
        Assert.Equal(486, Port.WaitFor<SessionEnded>().Ending.Status);
        Succeeds(sipp);
        Invite(Port.Agent.RegisterStatic(Line(sipp.Local)));
        Assert.Equal("Next Hop Overloaded", Port.WaitFor<SessionEnded>().Ending.Phrase);
    }
}
