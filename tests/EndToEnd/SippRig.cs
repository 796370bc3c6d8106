using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>One SIP agent, and sipp as what is on the other side of it.</summary>
public abstract class SippRig(Func<SipAgentOptions, SipAgentOptions>? with = null) : IDisposable
{
    protected const string Offer =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n";

    /// <summary>Behind an offer or answer: our resources are there (RFC 3312).</summary>
    protected const string Resources =
        "a=curr:qos local sendrecv\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\na=des:qos mandatory remote sendrecv\r\n";

    protected SipPort Port { get; } = new(with);

    public void Dispose()
    {
        Port.Dispose();
        GC.SuppressFinalize(this);
    }

    protected SippPeer Call(string scenario, out SipSessionId session, string offer = Offer)
    {
        var sipp = SippPeer.Start(scenario, Port.Local);
        session = Invite(Port.Agent.RegisterStatic(Line(sipp.Local)), offer);
        return sipp;
    }

    protected SipSessionId Invite(SipRegistrationId line, string offer = Offer) => Port.Agent.Invite(SipPort.Now, new SipInviteRequest(
        line, new SipUri("sip:+34700@ims.test"), offer, Anonymous: false, CallerName: null, RingTimeout: TimeSpan.FromSeconds(30)));

    protected void HangUp(SipSessionId session)
    {
        Port.Agent.End(SipPort.Now, session);
        Assert.Equal(SipEndingKind.Local, Port.WaitFor<SessionEnded>().Ending.Kind);
    }

    protected void Succeeds(SippPeer sipp)
    {
        Port.RunUntil(() => sipp.HasEnded);
        sipp.AssertSucceeded();
    }

    protected static SipRegistrationRequest Line(IPEndPoint nextHop) => new(
        new SipUri("sip:+34600@ims.test"), new SipFlow(SipTransport.Udp, nextHop), new SipCredentials("600", "secret"),
        Guid.NewGuid(), "line1", TimeSpan.FromMinutes(10));
}
