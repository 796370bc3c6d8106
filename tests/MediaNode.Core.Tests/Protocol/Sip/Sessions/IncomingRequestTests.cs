using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>What peers send us, well-mannered and not, message by message.</summary>
public class IncomingRequestTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _peer;
    private int _branches;

    public IncomingRequestTests()
    {
        _agent = _network.Add(5002, maxServerTransactions: 20);
        _peer = new ScriptedPeer(_network, 5009);
        _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "700"));
    }

    [Theory]
    [InlineData("P-Asserted-Identity: \"Ana Díaz\" <sip:a@ims.test>, <tel:+34600111222>", "tel:+34600111222", "Ana Díaz", false)]
    [InlineData("P-Asserted-Identity: <sip:+34611@ims.test;user=phone>\nPrivacy: user;id", "sip:+34611@ims.test;user=phone", "Ana", true)]
    [InlineData("P-Asserted-Identity: nonsense", "sip:+34600@ims.test", "Ana", false)]
    [InlineData("Privacy: header", "sip:+34600@ims.test", "Ana", true)]
    [InlineData("Privacy: none", "sip:+34600@ims.test", "Ana", false)]
    public void The_asserted_caller_is_told_before_From(string headers, string caller, string? name, bool withheld)
    {
        _peer.Send(_agent, SipText.Invite.Replace("Max-Forwards: 70", headers, StringComparison.Ordinal));
        var invited = _agent.Only<SessionInvited>();
        Assert.Equal((caller, name, withheld), (invited.Caller.Text, invited.CallerName, invited.CallerWithheld));
        Assert.Equal("sip:+34700@ims.test", invited.Called.Text);
        Assert.Null(invited.Offer);
    }

    [Fact]
    public void A_caller_who_is_anonymous_in_From_stays_so_when_the_network_names_them()
    {
        _peer.Send(_agent, SipText.Invite
            .Replace("Max-Forwards: 70", "P-Asserted-Identity: <tel:+34611>", StringComparison.Ordinal)
            .Replace("\"Ana\" <sip:+34600@ims.test>", "<sip:anonymous@anonymous.invalid>", StringComparison.Ordinal));
        Assert.Equal((true, "+34611"), (_agent.Only<SessionInvited>().CallerWithheld, _agent.Only<SessionInvited>().Caller.TelephoneNumber));
    }

    [Fact]
    public void A_call_answered_elsewhere_is_told_by_the_reason_of_its_CANCEL()
    {
        Invite();
        Send("CANCEL", "z9hG4bKinvite1", "Reason: SIP;cause=200;text=\"Call completed elsewhere\"");
        Assert.Equal(200, _agent.Only<SessionEnded>().Ending.ReasonCause);
        Assert.Equal([200], _peer.Statuses("CANCEL"));
        Assert.Equal([100, 487], _peer.Statuses("INVITE"));
    }

    [Fact]
    public void A_CANCEL_without_INVITE_gets_481()
    {
        Send("CANCEL", "z9hG4bKother");
        Assert.Equal([481], _peer.Statuses("CANCEL"));
    }

    [Fact]
    public void A_CANCEL_after_the_answer_changes_nothing()
    {
        Answer();
        Send("CANCEL", "z9hG4bKinvite1");
        Assert.Equal([200], _peer.Statuses("CANCEL"));
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void The_answer_carries_contact_routes_and_our_tag()
    {
        _peer.Send(_agent, SipText.Invite.Replace("Max-Forwards: 70", "Record-Route: <sip:p2;lr>\nRecord-Route: <sip:p1;lr>", StringComparison.Ordinal));
        _agent.Agent.Answer(_network.Now, Session, VirtualAgent.Answer);
        _network.Settle();
        var answer = _peer.Received.OfType<SipResponse>().Single(r => r.Status == 200);
        Assert.Equal(["<sip:p2;lr>", "<sip:p1;lr>"], answer.Headers.Values("Record-Route"));
        Assert.Equal("sip:c700@127.0.0.1:5002", answer.Contact?.Uri.Text);
        Assert.Contains("UPDATE", answer.Headers["Allow"], StringComparison.Ordinal);
        Assert.NotNull(answer.To.Tag);
        Assert.Equal(VirtualAgent.Answer, answer.Sdp);
        Assert.Equal("5009", answer.TopVia.Parameters["rport"]);
        Assert.Equal("127.0.0.1", answer.TopVia.Parameters["received"]);
    }

    [Fact]
    public void An_INVITE_without_offer_gets_ours_and_its_ACK_the_answer()
    {
        var tag = Answer(acknowledge: false);
        _peer.Send(_agent, InDialog("ACK", 7, tag, VirtualAgent.Offer));
        Assert.Equal(new SessionAcknowledged(Session, VirtualAgent.Offer), _agent.Only<SessionAcknowledged>());
    }

    [Fact]
    public void OPTIONS_are_answered_with_what_we_allow()
    {
        Send("OPTIONS");
        var answer = _peer.Received.OfType<SipResponse>().Single();
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
        Assert.Equal([status], _peer.Statuses(method));
    }

    [Theory]
    [InlineData("INVITE", 481)]
    [InlineData("BYE", 481)]
    [InlineData("OPTIONS", 481)]
    [InlineData("REFER", 481)]
    public void In_a_dialog_we_do_not_know_a_method_gets(string method, int status)
    {
        _peer.Send(_agent, InDialog(method, 1, "unknown"));
        Assert.Equal(status, _peer.Statuses(method).Last());
    }

    [Theory]
    [InlineData("INFO", 200)]
    [InlineData("OPTIONS", 200)]
    [InlineData("UPDATE", 200)]
    [InlineData("PRACK", 481)]
    [InlineData("MESSAGE", 405)]
    public void In_our_dialog_a_method_without_body_gets(string method, int status)
    {
        _peer.Send(_agent, InDialog(method, 8, Answer()));
        Assert.Equal([status], _peer.Statuses(method));
        Assert.Empty(_agent.Events.OfType<SessionReinvited>());
    }

    [Fact]
    public void An_extension_we_lack_is_refused_by_name()
    {
        _peer.Send(_agent, SipText.Invite.Replace("Max-Forwards: 70", "Require: 100rel, other, more", StringComparison.Ordinal));
        var refusal = _peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((420, "other, more"), (refusal.Status, refusal.Headers["Unsupported"]));
        Assert.Empty(_agent.Events);
    }

    [Theory]
    [InlineData("INVITE sip:c700@127.0.0.1:5002", "INVITE sip:127.0.0.1:5002", 404)]
    [InlineData("INVITE sip:c700@127.0.0.1:5002", "INVITE nobody:c700", 416)]
    [InlineData("Content-Length: 0\n", "Content-Type: text/plain\nContent-Length: 2\n", 415)]
    public void An_INVITE_we_cannot_take_gets(string part, string other, int status)
    {
        _peer.Send(_agent, SipText.Invite.Replace(part, other, StringComparison.Ordinal) + "xx");
        Assert.Equal([100, status], _peer.Statuses("INVITE"));
        Assert.Empty(_agent.Events);
    }

    [Fact]
    public void The_same_INVITE_on_another_path_is_a_loop()
    {
        Invite();
        _peer.Send(_agent, SipText.Invite.Replace("z9hG4bKinvite1", "z9hG4bKinvite2", StringComparison.Ordinal));
        Assert.Equal([100, 100, 482], _peer.Statuses("INVITE"));
        _agent.Only<SessionInvited>();
    }

    [Fact]
    public void An_INVITE_that_is_at_its_end_needs_no_more_hops()
    {
        _peer.Send(_agent, SipText.Invite.Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal));
        _agent.Only<SessionInvited>();
    }

    [Fact]
    public void A_refusal_for_overload_says_when_to_come_back()
    {
        Invite();
        _agent.Agent.End(_network.Now, Session, 503);
        _network.Settle();
        var refusal = _peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((503, 5u), (refusal.Status, refusal.Number("Retry-After")));
    }

    [Fact]
    public void Our_own_INVITE_that_comes_back_to_its_contact_is_a_loop()
    {
        var call = Call("c700");
        var sent = _peer.LastRequest("INVITE");
        _peer.Send(_agent, ComesBack(sent, "c700"));
        Assert.Equal([100, 482], _peer.Statuses("INVITE"));
        Assert.Empty(_agent.Events.OfType<SessionInvited>());
        _agent.Agent.End(_network.Now, call);
    }

    [Fact]
    public void Our_own_INVITE_reaches_another_contact_of_ours()
    {
        _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "701"));
        Call("c700");
        _peer.Send(_agent, ComesBack(_peer.LastRequest("INVITE"), "c701"));
        _agent.Only<SessionInvited>();
    }

    [Fact]
    public void Two_of_our_contacts_ring_for_the_forks_of_one_INVITE()
    {
        _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "701"));
        Invite();
        _peer.Send(_agent, SipText.Invite.Replace("z9hG4bKinvite1", "z9hG4bKinvite2", StringComparison.Ordinal).Replace("sip:c700", "sip:c701", StringComparison.Ordinal));
        Assert.Equal(2, _agent.Events.OfType<SessionInvited>().Count());
    }

    [Fact]
    public void A_repeated_INVITE_rings_once()
    {
        Invite();
        _agent.Agent.Progress(_network.Now, Session, 180, null);
        _peer.Send(_agent, SipText.Invite);
        Assert.Equal([100, 180, 180], _peer.Statuses("INVITE"));
        _agent.Only<SessionInvited>();
    }

    [Fact]
    public void BYE_before_the_answer_ends_the_invitation()
    {
        Invite();
        _agent.Agent.Progress(_network.Now, Session, 180, null);
        _network.Settle();
        var tag = _peer.Received.OfType<SipResponse>().Last().To.Tag!;
        _peer.Send(_agent, InDialog("BYE", 8, tag));
        Assert.Equal(SipEndingKind.RemoteBye, _agent.Only<SessionEnded>().Ending.Kind);
        Assert.Equal([100, 180, 487], _peer.Statuses("INVITE"));
        Assert.Equal([200], _peer.Statuses("BYE"));
    }

    [Fact]
    public void A_request_older_than_the_last_one_gets_500()
    {
        var tag = Answer();
        _peer.Send(_agent, InDialog("INFO", 9, tag));
        _peer.Send(_agent, InDialog("BYE", 9, tag));
        _peer.Send(_agent, InDialog("BYE", 8, tag));
        Assert.Equal([500, 500], _peer.Statuses("BYE"));
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Theory]
    [InlineData("Signal=5\r\nDuration=250\r\n", '5', 250)]
    [InlineData("Signal= 11\nDuration= 1\n", '#', 1)]
    [InlineData("Duration=99999999\r\nSignal=d", 'D', 10_000)]
    [InlineData("Signal=*", '*', 160)]
    public void A_digit_in_INFO_is_told(string body, char digit, int ms)
    {
        _peer.Send(_agent, Info(Answer(), body));
        Assert.Equal(new SessionInfoDigit(Session, digit, TimeSpan.FromMilliseconds(ms)), _agent.Only<SessionInfoDigit>());
        Assert.Equal([200], _peer.Statuses("INFO"));
    }

    [Theory]
    [InlineData("Signal=x")]
    [InlineData("Signal=12")]
    [InlineData("Duration=100")]
    [InlineData("\0\0\0")]
    public void A_digit_that_is_none_gets_415(string body)
    {
        _peer.Send(_agent, Info(Answer(), body));
        Assert.Empty(_agent.Events.OfType<SessionInfoDigit>());
        Assert.Equal([415], _peer.Statuses("INFO"));
    }

    [Fact]
    public void UPDATE_with_an_offer_is_a_reinvitation()
    {
        _peer.Send(_agent, InDialog("UPDATE", 8, Answer(), VirtualAgent.Offer));
        Assert.Equal(VirtualAgent.Offer, _agent.Only<SessionReinvited>().Offer);
        _agent.Agent.AcceptReinvite(_network.Now, Session, VirtualAgent.Answer);
        _network.Settle();
        Assert.Equal(VirtualAgent.Answer, _peer.Received.OfType<SipResponse>().Last(r => r.CSeq.Method == "UPDATE").Sdp);
    }

    [Fact]
    public void A_second_offer_while_one_is_open_gets_500_with_a_time()
    {
        var tag = Answer();
        _peer.Send(_agent, InDialog("INVITE", 8, tag, VirtualAgent.Offer));
        _peer.Send(_agent, InDialog("INVITE", 9, tag, VirtualAgent.Offer));
        var refusal = _peer.Received.OfType<SipResponse>().Last();
        Assert.Equal(500, refusal.Status);
        Assert.InRange(refusal.Number("Retry-After")!.Value, 0u, 10u);
        _agent.Only<SessionReinvited>();
    }

    [Fact]
    public void A_reinvitation_taken_back_gets_487_and_the_call_goes_on()
    {
        _peer.Send(_agent, InDialog("INVITE", 8, Answer(), VirtualAgent.Offer));
        var branch = $"z9hG4bKb{_branches}";
        Send("CANCEL", branch);
        Assert.Equal(487, _peer.Statuses("INVITE").Last());
        _agent.Agent.AcceptReinvite(_network.Now, Session, VirtualAgent.Answer);
        _network.Settle();
        Assert.Equal(487, _peer.Statuses("INVITE").Last());
        _agent.Only<SessionReinviteWithdrawn>();
        Assert.Empty(_agent.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_new_contact_in_a_reinvitation_moves_the_target()
    {
        var tag = Answer();
        _peer.Send(_agent, InDialog("UPDATE", 8, tag).Replace("Max-Forwards: 70", "Contact: <sip:moved@127.0.0.1:5009>", StringComparison.Ordinal));
        _agent.Agent.End(_network.Now, Session);
        _network.Settle();
        Assert.Equal("sip:moved@127.0.0.1:5009", _peer.LastRequest("BYE").Uri.Text);
    }

    [Fact]
    public void Above_the_limit_of_transactions_503_costs_no_state()
    {
        for (var i = 0; i < 50; i++) Send("OPTIONS", callId: $"c{i}");
        // What belongs to no dialog has half of the room.
        Assert.Equal(10, _agent.Agent.Transactions);
        Assert.Equal(40, _agent.Agent.Rejected[SipRejection.Overload]);
        var refusal = _peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((503, "5"), (refusal.Status, refusal.Headers["Retry-After"]));
        _network.Run(TimeSpan.FromSeconds(33));
        Assert.Equal(0, _agent.Agent.Transactions);
        Send("OPTIONS", callId: "later");
        Assert.Equal(200, _peer.Received.OfType<SipResponse>().Last().Status);
    }

    [Fact]
    public void Garbage_is_dropped_and_counted_and_costs_nothing()
    {
        var source = new SipFlow(SipTransport.Udp, _peer.Address);
        var noise = new Byon.MediaNode.Core.EntropySource(new byte[32]);
        var bytes = new byte[600];
        for (var i = 0; i < 500; i++)
        {
            noise.Fill(bytes);
            _agent.Agent.Receive(_network.Now, source, bytes.AsSpan(0, 1 + (int)(noise.NextUInt32() % 600)));
        }

        var valid = SipText.Bytes(SipText.Invite);
        for (var n = 1; n < valid.Length; n++) _agent.Agent.Receive(_network.Now, source, valid.AsSpan(0, n));
        _agent.Agent.Receive(_network.Now, source, "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKno\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"u8);
        _agent.Agent.Receive(_network.Now, source, SipText.Bytes(InDialog("ACK", 1, "unknown")));
        _agent.Agent.Receive(_network.Now, source, "\r\n\r\n"u8);
        _network.Settle();
        Assert.Equal(500 + valid.Length - 1 + 2, _agent.Agent.Rejected.Values.Sum());
        Assert.Equal(1, _agent.Agent.Rejected[SipRejection.StrayResponse]);
        Assert.Equal(1, _agent.Agent.Rejected[SipRejection.StrayAck]);
        Assert.Equal(0, _agent.Agent.Transactions);
        Assert.Empty(_peer.Received);
        Assert.Empty(_agent.Events);
    }

    private SipSessionId Session => _agent.Only<SessionInvited>().Session;

    private SipSessionId Call(string target)
    {
        var line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_peer.Address, "700"));
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            line, new SipUri($"sip:{target}@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Settle();
        return call;
    }

    /// <summary>As a proxy sends it on: with a Via of its own above ours, and with the contact it found.</summary>
    private SipRequest ComesBack(SipRequest sent, string contact)
    {
        var back = sent.Again(sent.CSeq.Number);
        back.Uri = new SipUri($"sip:{contact}@{_agent.Address}");
        back.Headers.Prepend("Via", sent.Headers["Via"]!);
        back.Headers.Prepend("Via", $"SIP/2.0/UDP {_peer.Address};branch=z9hG4bKproxy");
        return back;
    }

    private void Invite() => _peer.Send(_agent, SipText.Invite);

    /// <summary>Takes the call, and gives the tag we answered with.</summary>
    private string Answer(bool acknowledge = true)
    {
        Invite();
        _agent.Agent.Answer(_network.Now, Session, VirtualAgent.Answer);
        _network.Settle();
        var tag = _peer.Received.OfType<SipResponse>().Last().To.Tag!;
        if (acknowledge) _peer.Send(_agent, InDialog("ACK", 7, tag));
        return tag;
    }

    private void Send(string method, string? branch = null, string header = "X: y", string callId = "call-1") => _peer.Send(
        _agent,
        SipText.Invite.Replace("INVITE", method, StringComparison.Ordinal)
            .Replace("z9hG4bKinvite1", branch ?? $"z9hG4bKb{++_branches}", StringComparison.Ordinal)
            .Replace("call-1", callId, StringComparison.Ordinal)
            .Replace("Max-Forwards: 70", header, StringComparison.Ordinal));

    private string InDialog(string method, int cseq, string tag, string? sdp = null)
    {
        var text = SipText.Invite.Replace("7 INVITE", $"{cseq} INVITE", StringComparison.Ordinal)
            .Replace("INVITE", method, StringComparison.Ordinal)
            .Replace("z9hG4bKinvite1", $"z9hG4bKb{++_branches}", StringComparison.Ordinal)
            .Replace("To: <sip:+34700@ims.test>", $"To: <sip:+34700@ims.test>;tag={tag}", StringComparison.Ordinal);
        return sdp is null ? text : text.Replace("Content-Length: 0", $"Content-Type: application/sdp\nContent-Length: {Encoding.UTF8.GetByteCount(sdp)}", StringComparison.Ordinal) + sdp;
    }

    private SipRequest Info(string tag, string body)
    {
        var info = (SipRequest)SipText.Parse(InDialog("INFO", 8, tag));
        info.SetBody("application/dtmf-relay", Encoding.ASCII.GetBytes(body));
        return info;
    }
}
