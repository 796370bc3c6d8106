using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip;

/// <summary>One agent on the virtual wire, with what it told so far.</summary>
internal sealed record VirtualAgent(VirtualSipNetwork Network, SipAgent Agent, IPEndPoint Address, List<SipEvent> Events)
{
    public const string Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
    public const string Answer = "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP 8\r\n";

    public Instant Now => Network.Now;

    public static SipRegistrationRequest Subscriber(IPEndPoint registrar, string user, string password = "secret") => new(
        new SipUri($"sip:+34{user}@ims.test"), new SipFlow(SipTransport.Udp, registrar), new SipCredentials(user, password),
        new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), "c" + user, TimeSpan.FromSeconds(600));

    /// <summary>A line whose next hop is that agent: calls go straight there.</summary>
    public SipRegistrationId Trunk(VirtualAgent peer, string user) => Agent.RegisterStatic(Subscriber(peer.Address, user));

    public SipSessionId Call(SipRegistrationId line, VirtualAgent peer, string peerUser, bool anonymous = false, TimeSpan? ring = null) =>
        Agent.Invite(Now, new SipInviteRequest(
            line, new SipUri($"sip:c{peerUser}@{peer.Address}"), Offer, anonymous, "Ana \"A\" Díaz", ring ?? TimeSpan.FromMinutes(3)));

    public T Last<T>()
        where T : SipEvent => Events.OfType<T>().Last();

    public T Only<T>()
        where T : SipEvent => Assert.Single(Events.OfType<T>());
}
