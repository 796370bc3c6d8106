using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Transactions;

public class InviteClientTransactionTests
{
    private readonly TransactionProbe _probe = new();
    private readonly SipRequest _invite = TransactionProbe.Request("INVITE");

    [Fact]
    public void Calling_retransmits_at_T1_then_doubles_until_timer_B()
    {
        var transaction = Start(TransactionProbe.Udp);
        _probe.Run(transaction, TimeSpan.FromMinutes(1));
        Assert.Equal([0, 500, 1500, 3500, 7500, 15500, 31500], _probe.Sent.Select(s => s.At));
        Assert.Equal((32000, ClientTransactionOutcome.TimedOut, null), Assert.Single(_probe.Told));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void A_reliable_transport_is_not_retransmitted_on_but_times_out_alike()
    {
        var transaction = Start(TransactionProbe.Tcp);
        _probe.Run(transaction, TimeSpan.FromMinutes(1));
        Assert.Equal((0, "INVITE"), Assert.Single(_probe.Sent));
        Assert.Equal(32000, Assert.Single(_probe.Told).At);
    }

    [Fact]
    public void Proceeding_waits_without_end()
    {
        var transaction = Start(TransactionProbe.Udp);
        Receive(transaction, 100);
        Receive(transaction, 180);
        Assert.Null(transaction.NextTimeout);
        Assert.Equal([100, 180], _probe.Told.Select(t => t.Status));
        Assert.Single(_probe.Sent);
    }

    [Fact]
    public void Completed_acknowledges_every_repetition_and_tells_one_until_timer_D()
    {
        var transaction = Start(TransactionProbe.Udp);
        Receive(transaction, 486);
        Receive(transaction, 486);
        Receive(transaction, 200);
        Assert.Equal(["INVITE", "ACK", "ACK"], _probe.Sent.Select(s => s.What));
        Assert.Equal(486, Assert.Single(_probe.Told).Status);
        _probe.Run(transaction, TimeSpan.FromSeconds(31.9));
        Assert.False(transaction.IsTerminated);
        _probe.Run(transaction, TimeSpan.FromSeconds(0.2));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void On_a_reliable_transport_timer_D_is_zero()
    {
        var transaction = Start(TransactionProbe.Tcp);
        Receive(transaction, 486);
        Assert.Equal(["INVITE", "ACK"], _probe.Sent.Select(s => s.What));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void The_ACK_has_the_branch_and_routes_of_its_INVITE_and_the_tag_of_the_response()
    {
        _invite.Headers.Add("Route", "<sip:p1;lr>, <sip:p2;lr>");
        var transaction = Start(TransactionProbe.Udp);
        transaction.Receive(_probe.Now, TransactionProbe.Response(_invite, 404));
        Assert.True(transaction.TryDequeue(out SipMessage? first) && first is SipRequest { Method: "INVITE" });
        Assert.True(transaction.TryDequeue(out SipMessage? ack));
        Assert.Equal(_invite.TopVia.Branch, ack.TopVia.Branch);
        Assert.Equal(["<sip:p1;lr>", "<sip:p2;lr>"], ack.Headers.Values("Route"));
        Assert.Equal("t", ack.To.Tag);
        Assert.Equal("7 ACK", ack.Headers["CSeq"]);
        Assert.True(ack.Body.IsEmpty);
    }

    /// <summary>RFC 6026 §7.2.</summary>
    [Fact]
    public void Accepted_tells_every_2xx_until_timer_M_and_sends_no_ACK()
    {
        var transaction = Start(TransactionProbe.Udp);
        Receive(transaction, 200);
        Receive(transaction, 200);
        Receive(transaction, 486);
        Assert.Equal([200, 200], _probe.Told.Select(t => t.Status));
        Assert.Single(_probe.Sent);
        _probe.Run(transaction, TimeSpan.FromSeconds(31.9));
        Assert.False(transaction.IsTerminated);
        _probe.Run(transaction, TimeSpan.FromSeconds(0.2));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void A_failing_transport_is_told_once()
    {
        var transaction = Start(TransactionProbe.Udp);
        transaction.TransportFailed(_probe.Now);
        transaction.TransportFailed(_probe.Now);
        _probe.Drain(transaction);
        Assert.Equal(ClientTransactionOutcome.Unreachable, Assert.Single(_probe.Told).Outcome);
        Assert.True(transaction.IsTerminated);
    }

    private InviteClientTransaction Start(SipFlow flow) => new(_probe.Now, _invite, flow, TransactionProbe.Timers, _probe);

    private void Receive(InviteClientTransaction transaction, int status)
    {
        transaction.Receive(_probe.Now, TransactionProbe.Response(_invite, status));
        _probe.Drain(transaction);
    }
}
