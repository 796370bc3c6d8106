using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>Whole calls on a wire that also delivers broken copies of everything: nobody throws, hangs or keeps anything.</summary>
public class HostileWireTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _ana;
    private readonly VirtualAgent _bea;

    public HostileWireTests() => (_ana, _bea) = (_network.Add(5001), _network.Add(5002));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Broken_copies_of_every_message_leave_nothing_behind(byte seed)
    {
        var dice = new EntropySource([.. Enumerable.Repeat(seed, 32)]);
        _network.Loses = message =>
        {
            for (var i = 0; i < 40; i++) DeliverBroken(message, dice);
            return false;
        };
        var line = _ana.Trunk(_bea, "600");
        _bea.Trunk(_ana, "700");
        var call = _ana.Call(line, _bea, "700");
        _network.Settle();
        foreach (var invited in _bea.Events.OfType<SessionInvited>().ToArray()) _bea.Agent.Answer(_network.Now, invited.Session, VirtualAgent.Answer);
        _network.Settle();
        _ana.Agent.Reinvite(_network.Now, call, VirtualAgent.Offer);
        _network.Settle();
        foreach (var invited in _bea.Events.OfType<SessionInvited>().ToArray()) _bea.Agent.AcceptReinvite(_network.Now, invited.Session, VirtualAgent.Answer);
        _network.Run(TimeSpan.FromSeconds(5));
        _ana.Agent.End(_network.Now, call);
        foreach (var invited in _bea.Events.OfType<SessionInvited>().ToArray()) _bea.Agent.End(_network.Now, invited.Session);
        _network.Run(TimeSpan.FromMinutes(3));
        foreach (var invited in _bea.Events.OfType<SessionInvited>().ToArray()) _bea.Agent.End(_network.Now, invited.Session);
        _network.Run(TimeSpan.FromMinutes(3));

        Assert.Equal((0, 0), (_ana.Agent.Transactions, _bea.Agent.Transactions));
        Assert.Null(_ana.Agent.NextTimeout);
        Assert.Null(_bea.Agent.NextTimeout);
        Assert.Equal(call, _ana.Only<SessionEnded>().Session);
        var ended = _bea.Events.OfType<SessionEnded>().Select(e => e.Session).ToArray();
        Assert.Equal(ended.Length, ended.Distinct().Count());
        Assert.Equal(_bea.Events.OfType<SessionInvited>().Count(), ended.Length);
        Assert.NotEmpty(_bea.Agent.Rejected);
    }

    private void DeliverBroken(SipMessage message, EntropySource dice)
    {
        var bytes = SipWriter.Write(message).ToArray();
        for (var n = dice.NextUInt32() % 3; n != uint.MaxValue; n--) bytes[dice.NextUInt32() % (uint)bytes.Length] = (byte)dice.NextUInt32();
        var length = dice.NextUInt32() % 4 == 0 ? (int)(dice.NextUInt32() % (uint)bytes.Length) : bytes.Length;
        foreach (var victim in (VirtualAgent[])[_ana, _bea])
        {
            var source = victim == _ana ? _bea : _ana;
            victim.Agent.Receive(_network.Now, new SipFlow(SipTransport.Udp, source.Address), bytes.AsSpan(0, length));
        }
    }
}
