using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Transactions;

public class NonInviteClientTransactionTests
{
    private readonly TransactionProbe _probe = new();
    private readonly SipRequest _register = TransactionProbe.Request("REGISTER");

    [Fact]
    public void Trying_retransmits_from_T1_to_T2_until_timer_F()
    {
        var transaction = Start(TransactionProbe.Udp);
        _probe.Run(transaction, TimeSpan.FromMinutes(1));
        Assert.Equal([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500], _probe.Sent.Select(s => s.At));
        Assert.Equal((32000, ClientTransactionOutcome.TimedOut, null), Assert.Single(_probe.Told));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void Proceeding_retransmits_every_T2_and_still_times_out()
    {
        var transaction = Start(TransactionProbe.Udp);
        Receive(transaction, 100);
        _probe.Run(transaction, TimeSpan.FromMinutes(1));
        Assert.Equal([0, 500, 4500, 8500, 12500, 16500, 20500, 24500, 28500], _probe.Sent.Select(s => s.At));
        Assert.Equal(ClientTransactionOutcome.TimedOut, _probe.Told[^1].Outcome);
    }

    [Fact]
    public void A_reliable_transport_is_not_retransmitted_on()
    {
        var transaction = Start(TransactionProbe.Tcp);
        _probe.Run(transaction, TimeSpan.FromMinutes(1));
        Assert.Single(_probe.Sent);
        Assert.Equal(32000, Assert.Single(_probe.Told).At);
    }

    [Fact]
    public void Completed_absorbs_repetitions_until_timer_K()
    {
        var transaction = Start(TransactionProbe.Udp);
        Receive(transaction, 200);
        Receive(transaction, 200);
        Assert.Equal(200, Assert.Single(_probe.Told).Status);
        _probe.Run(transaction, TimeSpan.FromSeconds(4.9));
        Assert.False(transaction.IsTerminated);
        _probe.Run(transaction, TimeSpan.FromSeconds(0.2));
        Assert.True(transaction.IsTerminated);
        Assert.Single(_probe.Sent);
    }

    [Fact]
    public void On_a_reliable_transport_timer_K_is_zero()
    {
        var transaction = Start(TransactionProbe.Tcp);
        Receive(transaction, 404);
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void A_failing_transport_is_told_before_the_final_response_only()
    {
        var transaction = Start(TransactionProbe.Udp);
        Receive(transaction, 200);
        transaction.TransportFailed(_probe.Now);
        _probe.Drain(transaction);
        Assert.Single(_probe.Told);
        var other = Start(TransactionProbe.Udp);
        other.TransportFailed(_probe.Now);
        _probe.Drain(other);
        Assert.Equal(ClientTransactionOutcome.Unreachable, _probe.Told[^1].Outcome);
    }

    private NonInviteClientTransaction Start(SipFlow flow) => new(_probe.Now, _register, flow, TransactionProbe.Timers, _probe);

    private void Receive(NonInviteClientTransaction transaction, int status)
    {
        transaction.Receive(_probe.Now, TransactionProbe.Response(_register, status));
        _probe.Drain(transaction);
    }
}
