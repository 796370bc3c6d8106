using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Simulation;

/// <summary>
/// Whole calls over a network that does what it likes, with people who do what they like: whatever the seed, each INVITE gets
/// one final answer, each call ends exactly once, and nothing stays behind.
/// </summary>
public class WholeCallTests
{
    private const int Calls = 12;

    /// <summary>The last three once made an agent throw: an UPDATE was answered after its session had ended.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24), 209, 245, 389];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_call_ends_once_and_leaves_nothing(int seed)
    {
        var network = new LossyNetwork(seed);
        var ana = new Party(network, 5001, "600");
        var bea = new Party(network, 5002, "700");
        ana.Connect(bea);
        bea.Connect(ana);
        for (var i = 0; i < Calls; i++)
        {
            network.After(network.Dice.NextDouble() * 20, ana.Place);
            network.After(network.Dice.NextDouble() * 20, bea.Place);
        }

        network.Run(TimeSpan.FromMinutes(4));
        ana.EndAll();
        bea.EndAll();
        network.Run(TimeSpan.FromMinutes(5));

        foreach (var party in (Party[])[ana, bea])
        {
            Assert.Empty(party.Alive);
            Assert.All(party.Endings, ending => Assert.Equal(1, ending.Value));
            Assert.Equal(party.Begun, party.Endings.Count);
            Assert.Equal((0, 0, null), (party.Agent.Transactions, party.Agent.Dialogs, party.Agent.NextTimeout));
        }

        Assert.True(ana.Answered + bea.Answered > 0);
        foreach (var finals in network.Sent.OfType<SipResponse>().Where(r => r.Status >= 200 && r.CSeq.Method == SipMethods.Invite)
            .GroupBy(r => (r.CallId, r.CSeq.Number, r.TopVia.Branch)))
        {
            Assert.Single(finals.Select(r => r.Status).Distinct());
        }

        // In a dialog each request has a number of its own.
        var numbered = network.Sent.OfType<SipRequest>().Where(r => r.Method is not (SipMethods.Ack or SipMethods.Cancel));
        foreach (var same in numbered.GroupBy(r => (r.CallId, r.From.Tag, r.CSeq.Number)))
            Assert.Single(same.Select(r => r.TopVia.Branch).Distinct());
    }

    /// <summary>An agent and somebody who uses it without a plan.</summary>
    private sealed class Party
    {
        private readonly LossyNetwork _network;
        private readonly string _user;
        private SipRegistrationId _line;
        private Party? _other;

        public Party(LossyNetwork network, int port, string user)
        {
            (_network, _user) = (network, user);
            Agent = network.Add(port, Hear);
        }

        public SipAgent Agent { get; }

        public HashSet<SipSessionId> Alive { get; } = [];

        public Dictionary<SipSessionId, int> Endings { get; } = [];

        public int Begun { get; private set; }

        public int Answered { get; private set; }

        public void Connect(Party other)
        {
            _other = other;
            _line = Agent.RegisterStatic(VirtualAgent.Subscriber(other.Agent.Options.Local, _user));
        }

        public void Place()
        {
            var other = _other!.Agent.Options.Local;
            var call = Agent.Invite(_network.Now, new SipInviteRequest(
                _line, new SipUri($"sip:c{_other._user}@{other}"), VirtualAgent.Offer, false, null, TimeSpan.FromSeconds(40)));
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
                case SessionReinvited reinvited: Later(2, () => Reply(reinvited.Session)); break;
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
            if (Chance(0.3)) Later(3, () => Agent.Progress(_network.Now, call, 183, VirtualAgent.Answer));
            if (Chance(0.8)) Later(12, () => Agent.Answer(_network.Now, call, VirtualAgent.Answer));
            if (Chance(0.3)) Later(12, () => Agent.End(_network.Now, call, 486));
            Meddle(call);
        }

        private void Meddle(SipSessionId call)
        {
            for (var n = _network.Dice.Next(4); n > 0; n--) Later(60, () => Agent.Reinvite(_network.Now, call, VirtualAgent.Offer));
            if (Chance(0.6)) Later(150, () => Agent.End(_network.Now, call));
        }

        private void Reply(SipSessionId call)
        {
            if (Chance(0.8)) Agent.AcceptReinvite(_network.Now, call, VirtualAgent.Answer);
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
}
