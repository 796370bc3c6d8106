using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>INVITEs that peers send us, and what they take back.</summary>
public sealed class IncomingInviteTests : IncomingRequestRig
{
    [Theory]
    [InlineData("P-Asserted-Identity: \"Ana Díaz\" <sip:a@ims.test>, <tel:+34600111222>", "tel:+34600111222", "Ana Díaz", false)]
    [InlineData("P-Asserted-Identity: <sip:+34611@ims.test;user=phone>\nPrivacy: user;id", "sip:+34611@ims.test;user=phone", "Ana", true)]
    [InlineData("P-Asserted-Identity: nonsense", "sip:+34600@ims.test", "Ana", false)]
    [InlineData("Privacy: header", "sip:+34600@ims.test", "Ana", true)]
    [InlineData("Privacy: none", "sip:+34600@ims.test", "Ana", false)]
    public void The_asserted_caller_is_told_before_From(string headers, string caller, string? name, bool withheld)
    {
        Peer.Send(Us, SipText.Invite.Replace("Max-Forwards: 70", headers, StringComparison.Ordinal));
        var invited = Us.Only<SessionInvited>();
        Assert.Equal((caller, name, withheld), (invited.Caller.Text, invited.CallerName, invited.CallerWithheld));
        Assert.Equal("sip:+34700@ims.test", invited.Called.Text);
        Assert.Null(invited.Offer);
    }

    [Fact]
    public void A_caller_who_is_anonymous_in_From_stays_so_when_the_network_names_them()
    {
        Peer.Send(Us, SipText.Invite
            .Replace("Max-Forwards: 70", "P-Asserted-Identity: <tel:+34611>", StringComparison.Ordinal)
            .Replace("\"Ana\" <sip:+34600@ims.test>", "<sip:anonymous@anonymous.invalid>", StringComparison.Ordinal));
        Assert.Equal((true, "+34611"), (Us.Only<SessionInvited>().CallerWithheld, Us.Only<SessionInvited>().Caller.TelephoneNumber));
    }

    [Fact]
    public void A_call_answered_elsewhere_is_told_by_the_reason_of_its_CANCEL()
    {
        Invite();
        Send("CANCEL", "z9hG4bKinvite1", "Reason: SIP;cause=200;text=\"Call completed elsewhere\"");
        Assert.Equal(200, Us.Only<SessionEnded>().Ending.ReasonCause);
        Assert.Equal([200], Peer.Statuses("CANCEL"));
        Assert.Equal([100, 487], Peer.Statuses("INVITE"));
    }

    [Fact]
    public void A_CANCEL_without_INVITE_gets_481()
    {
        Send("CANCEL", "z9hG4bKother");
        Assert.Equal([481], Peer.Statuses("CANCEL"));
    }

    [Fact]
    public void A_CANCEL_after_the_answer_changes_nothing()
    {
        Answer();
        Send("CANCEL", "z9hG4bKinvite1");
        Assert.Equal([200], Peer.Statuses("CANCEL"));
        Assert.Empty(Us.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void The_answer_carries_contact_routes_and_our_tag()
    {
        Peer.Send(Us, SipText.Invite.Replace("Max-Forwards: 70", "Record-Route: <sip:p2;lr>\nRecord-Route: <sip:p1;lr>", StringComparison.Ordinal));
        Us.Agent.Answer(Network.Now, Session, VirtualAgent.Answer);
        Network.Settle();
        var answer = Peer.Received.OfType<SipResponse>().Single(r => r.Status == 200);
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
        Peer.Send(Us, InDialog("ACK", 7, tag, VirtualAgent.Offer));
        Assert.Equal(new SessionAcknowledged(Session, VirtualAgent.Offer), Us.Only<SessionAcknowledged>());
    }

    [Fact]
    public void An_extension_we_lack_is_refused_by_name()
    {
        Peer.Send(Us, SipText.Invite.Replace("Max-Forwards: 70", "Require: 100rel, other, more", StringComparison.Ordinal));
        var refusal = Peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((420, "other, more"), (refusal.Status, refusal.Headers["Unsupported"]));
        Assert.Empty(Us.Events);
    }

    [Theory]
    [InlineData("INVITE sip:c700@127.0.0.1:5002", "INVITE sip:127.0.0.1:5002", 404)]
    [InlineData("INVITE sip:c700@127.0.0.1:5002", "INVITE nobody:c700", 416)]
    [InlineData("Content-Length: 0\n", "Content-Type: text/plain\nContent-Length: 2\n", 415)]
    public void An_INVITE_we_cannot_take_gets(string part, string other, int status)
    {
        Peer.Send(Us, SipText.Invite.Replace(part, other, StringComparison.Ordinal) + "xx");
        Assert.Equal([100, status], Peer.Statuses("INVITE"));
        Assert.Empty(Us.Events);
    }

    [Fact]
    public void The_same_INVITE_on_another_path_is_a_loop()
    {
        Invite();
        Peer.Send(Us, SipText.Invite.Replace("z9hG4bKinvite1", "z9hG4bKinvite2", StringComparison.Ordinal));
        Assert.Equal([100, 100, 482], Peer.Statuses("INVITE"));
        Us.Only<SessionInvited>();
    }

    [Fact]
    public void An_INVITE_that_is_at_its_end_needs_no_more_hops()
    {
        Peer.Send(Us, SipText.Invite.Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal));
        Us.Only<SessionInvited>();
    }

    [Fact]
    public void A_refusal_for_overload_says_when_to_come_back()
    {
        Invite();
        Us.Agent.End(Network.Now, Session, 503);
        Network.Settle();
        var refusal = Peer.Received.OfType<SipResponse>().Last();
        Assert.Equal((503, 5u), (refusal.Status, refusal.Number("Retry-After")));
    }

    [Fact]
    public void Our_own_INVITE_that_comes_back_to_its_contact_is_a_loop()
    {
        var call = Call("c700");
        var sent = Peer.LastRequest("INVITE");
        Peer.Send(Us, ComesBack(sent, "c700"));
        Assert.Equal([100, 482], Peer.Statuses("INVITE"));
        Assert.Empty(Us.Events.OfType<SessionInvited>());
        Us.Agent.End(Network.Now, call);
    }

    [Fact]
    public void Our_own_INVITE_reaches_another_contact_of_ours()
    {
        Us.Agent.RegisterStatic(VirtualAgent.Subscriber(Peer.Address, "701"));
        Call("c700");
        Peer.Send(Us, ComesBack(Peer.LastRequest("INVITE"), "c701"));
        Us.Only<SessionInvited>();
    }

    [Fact]
    public void Two_of_our_contacts_ring_for_the_forks_of_one_INVITE()
    {
        Us.Agent.RegisterStatic(VirtualAgent.Subscriber(Peer.Address, "701"));
        Invite();
        Peer.Send(Us, SipText.Invite.Replace("z9hG4bKinvite1", "z9hG4bKinvite2", StringComparison.Ordinal).Replace("sip:c700", "sip:c701", StringComparison.Ordinal));
        Assert.Equal(2, Us.Events.OfType<SessionInvited>().Count());
    }

    [Fact]
    public void A_repeated_INVITE_rings_once()
    {
        Invite();
        Us.Agent.Progress(Network.Now, Session, 180, null);
        Peer.Send(Us, SipText.Invite);
        Assert.Equal([100, 180, 180], Peer.Statuses("INVITE"));
        Us.Only<SessionInvited>();
    }

    private SipSessionId Call(string target)
    {
        var line = Us.Agent.RegisterStatic(VirtualAgent.Subscriber(Peer.Address, "700"));
        var call = Us.Agent.Invite(Network.Now, new SipInviteRequest(
            line, new SipUri($"sip:{target}@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        Network.Settle();
        return call;
    }

    /// <summary>As a proxy sends it on: with a Via of its own above ours, and with the contact it found.</summary>
    private SipRequest ComesBack(SipRequest sent, string contact)
    {
        var back = sent.Again(sent.CSeq.Number);
        back.Uri = new SipUri($"sip:{contact}@{Us.Address}");
        back.Headers.Prepend("Via", sent.Headers["Via"]!);
        back.Headers.Prepend("Via", $"SIP/2.0/UDP {Peer.Address};branch=z9hG4bKproxy");
        return back;
    }
}
