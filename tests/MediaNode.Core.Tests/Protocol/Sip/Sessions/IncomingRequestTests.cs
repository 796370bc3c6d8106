using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>Requests outside any call of ours, and what is none.</summary>
public sealed class IncomingRequestTests : IncomingRequestRig
{
    [Fact]
    public void OPTIONS_are_answered_with_what_we_allow()
    {
        Send("OPTIONS");
        var answer = Peer.Received.OfType<SipResponse>().Single();
        Assert.Equal((200, SipMethods.Allowed), (answer.Status, answer.Headers["Allow"]));
    }

    [Theory]
    [InlineData("BYE", 481)]
    [InlineData("UPDATE", 481)]
    [InlineData("INFO", 481)]
    [InlineData("MESSAGE", 405)]
    [InlineData("SUBSCRIBE", 489)]
    [InlineData("PUBLISH", 405)]
    [InlineData("NEWMETHOD", 405)]
    public void Outside_a_dialog_a_method_gets(string method, int status)
    {
        Send(method);
        Assert.Equal([status], Peer.Statuses(method));
    }

    [Theory]
    [InlineData("INVITE", 481)]
    [InlineData("BYE", 481)]
    [InlineData("OPTIONS", 481)]
    [InlineData("REFER", 481)]
    public void In_a_dialog_we_do_not_know_a_method_gets(string method, int status)
    {
        Peer.Send(Us, InDialog(method, 1, "unknown"));
        Assert.Equal(status, Peer.Statuses(method).Last());
    }

    [Fact]
    public void Above_the_limit_of_transactions_503_costs_no_state()
    {
        for (var i = 0; i < 50; i++) Send("OPTIONS", callId: $"c{i}");
        // What belongs to no dialog has half of the room.
        Assert.Equal(10, Us.Agent.Transactions);
        Assert.Equal(40, Us.Agent.Rejected[SipRejection.Overload]);
        var refusal = Peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((503, "5"), (refusal.Status, refusal.Headers["Retry-After"]));
        Network.Run(TimeSpan.FromSeconds(33));
        Assert.Equal(0, Us.Agent.Transactions);
        Send("OPTIONS", callId: "later");
        Assert.Equal(200, Peer.Received.OfType<SipResponse>().Last().Status);
    }

    [Fact]
    public void Garbage_is_dropped_and_counted_and_costs_nothing()
    {
        var source = new SipFlow(SipTransport.Udp, Peer.Address);
        var noise = new EntropySource(new byte[32]);
        var bytes = new byte[600];
        for (var i = 0; i < 500; i++)
        {
            noise.Fill(bytes);
            Us.Agent.Receive(Network.Now, source, bytes.AsSpan(0, 1 + (int)(noise.NextUInt32() % 600)));
        }

        var valid = SipText.Bytes(SipText.Invite);
        for (var n = 1; n < valid.Length; n++) Us.Agent.Receive(Network.Now, source, valid.AsSpan(0, n));
        Us.Agent.Receive(Network.Now, source, "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKno\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"u8);
        Us.Agent.Receive(Network.Now, source, SipText.Bytes(InDialog("ACK", 1, "unknown")));
        Us.Agent.Receive(Network.Now, source, "\r\n\r\n"u8);
        Network.Settle();
        Assert.Equal(500 + valid.Length - 1 + 2, Us.Agent.Rejected.Values.Sum());
        Assert.Equal(1, Us.Agent.Rejected[SipRejection.StrayResponse]);
        Assert.Equal(1, Us.Agent.Rejected[SipRejection.StrayAck]);
        Assert.Equal(0, Us.Agent.Transactions);
        Assert.Empty(Peer.Received);
        Assert.Empty(Us.Events);
    }
}
