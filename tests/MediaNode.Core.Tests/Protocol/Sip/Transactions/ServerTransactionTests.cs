using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Transactions;

public class ServerTransactionTests
{
    private readonly TransactionProbe _probe = new();
    private readonly SipRequest _invite = TransactionProbe.Request("INVITE");
    private readonly SipRequest _options = TransactionProbe.Request("OPTIONS");

    [Fact]
    public void An_INVITE_gets_100_at_once_and_the_latest_provisional_when_it_is_repeated()
    {
        var transaction = Invited(TransactionProbe.Udp);
        transaction.Receive(_probe.Now, _invite);
        Send(transaction, 180);
        transaction.Receive(_probe.Now, _invite);
        _probe.Drain(transaction);
        Assert.Equal(["100", "100", "180", "180"], _probe.Sent.Select(s => s.What));
        Assert.Null(transaction.NextTimeout);
    }

    [Fact]
    public void A_failure_is_repeated_from_T1_to_T2_until_timer_H()
    {
        var transaction = Invited(TransactionProbe.Udp);
        Send(transaction, 486);
        _probe.Run(transaction, TimeSpan.FromMinutes(1));
        Assert.Equal(
            [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500], _probe.Sent.Where(s => s.What == "486").Select(s => s.At));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void Over_a_reliable_transport_a_failure_is_sent_once_and_timer_H_still_runs()
    {
        var transaction = Invited(TransactionProbe.Tcp);
        Send(transaction, 486);
        _probe.Run(transaction, TimeSpan.FromSeconds(31.9));
        Assert.Equal(["100", "486"], _probe.Sent.Select(s => s.What));
        Assert.False(transaction.IsTerminated);
        _probe.Run(transaction, TimeSpan.FromSeconds(0.2));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void Confirmed_stops_repeating_and_absorbs_ACKs_until_timer_I()
    {
        var transaction = Invited(TransactionProbe.Udp);
        Send(transaction, 486);
        transaction.Receive(_probe.Now, TransactionProbe.Request("ACK"));
        transaction.Receive(_probe.Now, TransactionProbe.Request("ACK"));
        _probe.Run(transaction, TimeSpan.FromSeconds(4.9));
        Assert.Equal(["100", "486"], _probe.Sent.Select(s => s.What));
        Assert.False(transaction.IsTerminated);
        _probe.Run(transaction, TimeSpan.FromSeconds(0.2));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void On_a_reliable_transport_timer_I_is_zero()
    {
        var transaction = Invited(TransactionProbe.Tcp);
        Send(transaction, 486);
        transaction.Receive(_probe.Now, TransactionProbe.Request("ACK"));
        Assert.True(transaction.IsTerminated);
    }

    /// <summary>RFC 6026 §7.1.</summary>
    [Fact]
    public void Accepted_absorbs_repeated_INVITEs_and_passes_2xx_on_until_timer_L()
    {
        var transaction = Invited(TransactionProbe.Udp);
        Send(transaction, 200);
        transaction.Receive(_probe.Now, _invite);
        Send(transaction, 200);
        Send(transaction, 486);
        Assert.Equal(["100", "200", "200"], _probe.Sent.Select(s => s.What));
        _probe.Run(transaction, TimeSpan.FromSeconds(31.9));
        Assert.False(transaction.IsTerminated);
        _probe.Run(transaction, TimeSpan.FromSeconds(0.2));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void A_repeated_request_gets_the_same_final_response_until_timer_J()
    {
        var transaction = new NonInviteServerTransaction(_options, TransactionProbe.Udp, TransactionProbe.Timers);
        transaction.Receive(_probe.Now, _options);
        Send(transaction, 200);
        Send(transaction, 500);
        transaction.Receive(_probe.Now, _options);
        _probe.Drain(transaction);
        Assert.Equal(["200", "200"], _probe.Sent.Select(s => s.What));
        _probe.Run(transaction, TimeSpan.FromSeconds(31.9));
        Assert.False(transaction.IsTerminated);
        _probe.Run(transaction, TimeSpan.FromSeconds(0.2));
        Assert.True(transaction.IsTerminated);
    }

    [Fact]
    public void On_a_reliable_transport_timer_J_is_zero()
    {
        var transaction = new NonInviteServerTransaction(_options, TransactionProbe.Tcp, TransactionProbe.Timers);
        Send(transaction, 200);
        Assert.True(transaction.IsTerminated);
    }

    /// <summary>RFC 3261 §18.2.2, RFC 3581 §4.</summary>
    [Theory]
    [InlineData("127.0.0.1:5009;branch=z9hG4bKx;rport", "192.0.2.7:4444")]
    [InlineData("127.0.0.1:5009;branch=z9hG4bKx", "192.0.2.7:5009")]
    [InlineData("host;branch=z9hG4bKx", "192.0.2.7:5060")]
    [InlineData("host;branch=z9hG4bKx;maddr=198.51.100.1", "192.0.2.7:5060")]
    public void Responses_go_back_to_where_the_request_came_from(string sentBy, string expected)
    {
        var request = (SipRequest)SipText.Parse(SipText.Invite.Replace(
            "127.0.0.1:5009;branch=z9hG4bKinvite1;rport", sentBy, StringComparison.Ordinal));
        var source = IPEndPoint.Parse("192.0.2.7:4444");
        Assert.Equal(IPEndPoint.Parse(expected), ServerTransaction.ResponseFlow(request, new SipFlow(SipTransport.Udp, source)).Remote);
        Assert.Equal(source, ServerTransaction.ResponseFlow(request, new SipFlow(SipTransport.Tcp, source)).Remote);
    }

    private InviteServerTransaction Invited(SipFlow flow) => new(_invite, flow, TransactionProbe.Timers);

    private void Send(ServerTransaction transaction, int status)
    {
        transaction.Send(_probe.Now, TransactionProbe.Response(transaction.Request, status));
        _probe.Drain(transaction);
    }
}
