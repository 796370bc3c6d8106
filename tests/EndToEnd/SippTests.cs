using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>The SIP agent against sipp as the IMS peer: reliable ringing, session timers, and messages that cross or come again.</summary>
public sealed class SippTests : IDisposable
{
    private const string Offer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n";

    private readonly SipPort _port = new();

    public void Dispose() => _port.Dispose();

    [Fact]
    public void ReliableRingingIsAcknowledged()
    {
        using var sipp = Call("uas-reliable-progress", out var session);
        Assert.Equal(183, _port.WaitFor<SessionProgressed>().Status);
        Assert.Equal(180, _port.WaitFor<SessionProgressed>().Status);
        Assert.Contains("m=audio 6000", _port.WaitFor<SessionAnswered>().Sdp, StringComparison.Ordinal);
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void ALongerSessionIntervalIsTaken()
    {
        using var sipp = Call("uas-longer-session", out var session);
        _port.WaitFor<SessionAnswered>();
        HangUp(session);
        Succeeds(sipp);
    }

    [Fact]
    public void AnAnswerThatCrossesTheCancelIsHungUp()
    {
        using var sipp = Call("uas-answers-into-cancel", out var session);
        _port.WaitFor<SessionProgressed>();
        _port.Agent.End(SipPort.Now, session);
        Assert.Equal(SipEndingKind.Local, _port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
        Assert.DoesNotContain(_port.Events, one => one is SessionEnded or SessionAnswered);
    }

    [Fact]
    public void AByeThatCrossesTheReinviteEndsOnce()
    {
        using var sipp = Call("uas-hangs-up-into-reinvite", out var session);
        _port.WaitFor<SessionAnswered>();
        _port.Agent.Reinvite(SipPort.Now, session, Offer);
        Assert.Equal(SipEndingKind.RemoteBye, _port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
        Assert.DoesNotContain(_port.Events, one => one is SessionEnded);
    }

    [Fact]
    public void ResponsesThatComeTwiceAndLateChangeNothing()
    {
        using var sipp = Call("uas-repeats-and-dawdles", out var session);
        _port.WaitFor<SessionAnswered>();
        Assert.Equal(session, _port.WaitFor<SessionEnded>().Session);
        Succeeds(sipp);
        Assert.DoesNotContain(_port.Events, one => one is SessionAnswered);
    }

    [Fact]
    public void ACallerThatRequiresReliableRingingIsAnswered()
    {
        _port.Agent.RegisterStatic(Line(_port.Local));
        using var sipp = SippPeer.Start("uac-reliable-progress", _port.Local);
        var invited = _port.WaitFor<SessionInvited>();
        Assert.True(invited.CanAnswerEarly);
        _port.Agent.Progress(SipPort.Now, invited.Session, 180, null);
        // The transactions of the INVITE and of its PRACK.
        _port.RunUntil(() => _port.Agent.Transactions == 2);
        _port.Agent.Answer(SipPort.Now, invited.Session, Offer);
        Assert.Equal(SipEndingKind.RemoteBye, _port.WaitFor<SessionEnded>().Ending.Kind);
        Succeeds(sipp);
    }

    private SippPeer Call(string scenario, out SipSessionId session)
    {
        var sipp = SippPeer.Start(scenario, _port.Local);
        var line = _port.Agent.RegisterStatic(Line(sipp.Local));
        session = _port.Agent.Invite(SipPort.Now, new SipInviteRequest(
            line, new SipUri("sip:+34700@ims.test"), Offer, Anonymous: false, CallerName: null, RingTimeout: TimeSpan.FromSeconds(30)));
        return sipp;
    }

    private void HangUp(SipSessionId session)
    {
        _port.Agent.End(SipPort.Now, session);
        Assert.Equal(SipEndingKind.Local, _port.WaitFor<SessionEnded>().Ending.Kind);
    }

    private void Succeeds(SippPeer sipp)
    {
        _port.RunUntil(() => sipp.HasEnded, TimeSpan.FromSeconds(40));
        sipp.AssertSucceeded();
    }

    private static SipRegistrationRequest Line(System.Net.IPEndPoint nextHop) => new(
        new SipUri("sip:+34600@ims.test"), new SipFlow(SipTransport.Udp, nextHop), new SipCredentials("600", "secret"),
        Guid.NewGuid(), "line1", TimeSpan.FromMinutes(10));
}
