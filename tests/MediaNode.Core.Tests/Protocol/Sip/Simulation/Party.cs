using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Simulation;

/// <summary>An agent and somebody who uses it without a plan.</summary>
internal sealed class Party
{
    private const string Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
    private const string Reply = "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP 8\r\n";

    private readonly LossyNetwork _network;
    private readonly string _user;
    private SipRegistrationId _line;
    private SipUri? _callee;

    public Party(LossyNetwork network, int port, string user)
    {
        (_network, _user) = (network, user);
        Agent = network.Add(port, Hear);
    }

    public SipAgent Agent { get; }

    public SipUri Contact => new($"sip:c{_user}@{Agent.Options.Local}");

    public HashSet<SipSessionId> Alive { get; } = [];

    public Dictionary<SipSessionId, int> Endings { get; } = [];

    public int Begun { get; private set; }

    public int Answered { get; private set; }

    /// <param name="callee">Whom its calls are for.</param>
    public void Connect(IPEndPoint nextHop, SipUri callee)
    {
        _callee = callee;
        _line = Agent.RegisterStatic(new SipRegistrationRequest(
            new SipUri($"sip:+34{_user}@ims.test"), new SipFlow(SipTransport.Udp, nextHop), new SipCredentials(_user, "secret"), new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
            "c" + _user, TimeSpan.FromSeconds(600)));
    }

    public void Place()
    {
        var call = Agent.Invite(_network.Now, new SipInviteRequest(_line, _callee!, Offer, false, null, TimeSpan.FromSeconds(40)));
        Begin(call);
        if (Chance(0.3)) Later(20, () => Agent.End(_network.Now, call));
        Meddle(call);
    }

    public void EndAll()
    {
        foreach (var call in Alive) Agent.End(_network.Now, call);
    }

    private void Hear(SipEvent happened)
    {
        switch (happened)
        {
            case SessionInvited invited: Ring(invited.Session); break;
            case SessionReinvited reinvited: Later(2, () => Answer(reinvited.Session)); break;
            case SessionAnswered: Answered++; break;
            case SessionEnded ended:
                Endings[ended.Session] = Endings.GetValueOrDefault(ended.Session) + 1;
                Alive.Remove(ended.Session);
                break;
        }
    }

    private void Ring(SipSessionId call)
    {
        Begin(call);
        if (Chance(0.7)) Later(3, () => Agent.Progress(_network.Now, call, 180, null));
        if (Chance(0.3)) Later(3, () => Agent.Progress(_network.Now, call, 183, Reply));
        if (Chance(0.8)) Later(12, () => Agent.Answer(_network.Now, call, Reply));
        if (Chance(0.3)) Later(12, () => Agent.End(_network.Now, call, 486));
        Meddle(call);
    }

    /// <summary>Holds, resumes and hangs up, at any time.</summary>
    private void Meddle(SipSessionId call)
    {
        for (var n = _network.Dice.Next(4); n > 0; n--) Later(60, () => Agent.Reinvite(_network.Now, call, Offer));
        if (Chance(0.6)) Later(150, () => Agent.End(_network.Now, call));
    }

    private void Answer(SipSessionId call)
    {
        if (Chance(0.8)) Agent.AcceptReinvite(_network.Now, call, Reply);
        else Agent.RejectReinvite(_network.Now, call, 488);
    }

    private void Begin(SipSessionId call)
    {
        Begun++;
        Alive.Add(call);
    }

    private bool Chance(double share) => _network.Dice.NextDouble() < share;

    private void Later(double atMost, Action action) => _network.After(_network.Dice.NextDouble() * atMost, action);
}
