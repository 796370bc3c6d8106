using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Sessions;

/// <summary>REFER (RFC 3515), Replaces (RFC 3891) and the INVITE whose offer comes in the 2xx, between agents.</summary>
public class TransferTests
{
    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _ana;
    private readonly VirtualAgent _bea;
    private readonly VirtualAgent _eva;
    private readonly SipRegistrationId _anasLine;
    private readonly SipRegistrationId _evasLine;

    public TransferTests()
    {
        (_ana, _bea, _eva) = (_network.Add(5001), _network.Add(5002), _network.Add(5003));
        _anasLine = _ana.Trunk(_bea, "600");
        _bea.Trunk(_ana, "700");
        _evasLine = _eva.Trunk(_bea, "800");
    }

    [Fact]
    public void A_refer_is_accepted_and_each_step_of_the_call_is_told()
    {
        var (anas, beas) = Connect();
        Refer(anas, "sip:+34800@ims.test");
        var referred = _bea.Only<SessionReferred>();
        Assert.Equal(beas, referred.Session);
        Assert.Equal("sip:+34800@ims.test", referred.Target.Uri.Text);
        Assert.Null(referred.Target.Replaces);
        Assert.Equal("sip:+34600@ims.test", referred.By!.Text);

        _bea.Agent.AcceptRefer(_network.Now, beas);
        _bea.Agent.NotifyRefer(_network.Now, beas, 180);
        _bea.Agent.NotifyRefer(_network.Now, beas, 200);
        _bea.Agent.NotifyRefer(_network.Now, beas, 486);
        _network.Settle();
        Assert.Equal(
            [new(anas, 100, false), new(anas, 180, false), new(anas, 200, true)], _ana.Events.OfType<SessionReferNotified>());
        Assert.Contains(202, StatusesOf(SipMethods.Refer));
        Assert.Equal(
            ["active;expires=180", "active;expires=180", "terminated;reason=noresource"],
            Sent(SipMethods.Notify).Select(notify => notify.Headers["Subscription-State"]));
    }

    [Fact]
    public void A_referrer_that_hung_up_is_still_told()
    {
        var (anas, beas) = Connect();
        Refer(anas, "sip:+34800@ims.test");
        _bea.Agent.AcceptRefer(_network.Now, beas);
        _network.Settle();
        _ana.Agent.End(_network.Now, anas);
        _network.Settle();
        _bea.Agent.NotifyRefer(_network.Now, beas, 200);
        _network.Settle();
        Assert.Equal("SIP/2.0 200 OK\r\n", System.Text.Encoding.ASCII.GetString(Sent(SipMethods.Notify).Last().Body.Span));
    }

    [Fact]
    public void A_subscription_nobody_closes_ends_by_itself()
    {
        var (anas, beas) = Connect();
        Refer(anas, "sip:+34800@ims.test");
        _bea.Agent.AcceptRefer(_network.Now, beas);
        _network.Run(TimeSpan.FromMinutes(4));
        Assert.Equal(new SessionReferNotified(anas, 408, true), _ana.Last<SessionReferNotified>());
    }

    [Fact]
    public void A_refused_refer_is_told_as_such()
    {
        var (anas, beas) = Connect();
        Refer(anas, "sip:+34800@ims.test");
        _bea.Agent.RejectRefer(_network.Now, beas, 603);
        _network.Settle();
        Assert.Equal(new SessionReferNotified(anas, 603, true), _ana.Only<SessionReferNotified>());
    }

    [Fact]
    public void A_second_refer_waits_for_the_first_one()
    {
        var (anas, beas) = Connect();
        Refer(anas, "sip:+34800@ims.test");
        _bea.Agent.AcceptRefer(_network.Now, beas);
        _network.Settle();
        InDialog(SipMethods.Refer, ("Refer-To", "<sip:+34801@ims.test>"));
        Assert.Equal(491, StatusesOf(SipMethods.Refer).Last());
        _bea.Only<SessionReferred>();
    }

    [Theory]
    [InlineData("<http://example.org/>", 416)]
    [InlineData("<sip:+34800@ims.test;method=BYE>", 603)]
    [InlineData("<sip:+34800@ims.test>, <sip:+34801@ims.test>", 400)]
    [InlineData("<sip:+34800@ims.test?Replaces=nonsense>", 400)]
    [InlineData("<sip:+34800@ims.test?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2%0D%0AX:%20y>", 400)]
    public void A_refer_to_nobody_we_could_call_is_refused(string referTo, int status)
    {
        Connect();
        InDialog(SipMethods.Refer, ("Refer-To", referTo));
        Assert.Equal(status, StatusesOf(SipMethods.Refer).Last());
        Assert.Empty(_bea.Events.OfType<SessionReferred>());
    }

    [Fact]
    public void Who_wants_no_notifications_gets_none()
    {
        var (_, beas) = Connect();
        InDialog(SipMethods.Refer, ("Refer-To", "<tel:+34800>"), ("Refer-Sub", "false"));
        _bea.Agent.AcceptRefer(_network.Now, beas);
        _bea.Agent.NotifyRefer(_network.Now, beas, 200);
        _network.Settle();
        Assert.Empty(Sent(SipMethods.Notify));
        Assert.Equal("false", _network.Sent.OfType<SipResponse>().Last(r => r.Status == 202).Headers["Refer-Sub"]);
    }

    [Fact]
    public void A_notify_for_no_refer_of_ours_gets_481_and_another_event_489()
    {
        Connect();
        InDialog(SipMethods.Notify, ("Event", "refer"), ("Subscription-State", "active"));
        Assert.Equal(481, StatusesOf(SipMethods.Notify).Last());
        InDialog(SipMethods.Notify, ("Event", "presence"), ("Subscription-State", "active"));
        Assert.Equal(489, StatusesOf(SipMethods.Notify).Last());
    }

    [Fact]
    public void An_info_package_that_was_not_agreed_on_gets_469()
    {
        Connect();
        InDialog(SipMethods.Info, ("Info-Package", "g.3gpp.mid-call"));
        Assert.Equal(469, StatusesOf(SipMethods.Info).Last());
    }

    [Fact]
    public void An_invite_takes_the_place_of_a_call_for_whom_the_other_party_refers()
    {
        var (_, beas) = Connect();
        InviteFromEva(with => with with { Replaces = AnasCall, ReferredBy = new SipUri("sip:+34600@ims.test") });
        var invited = _bea.Last<SessionInvited>();
        Assert.Equal(beas, invited.Replaced);
        _bea.Agent.Answer(_network.Now, invited.Session, VirtualAgent.Answer);
        _bea.Agent.End(_network.Now, beas);
        _network.Settle();
        Assert.Equal(SipEndingKind.RemoteBye, _ana.Only<SessionEnded>().Ending.Kind);
        _eva.Only<SessionAnswered>();
    }

    [Fact]
    public void Who_asked_the_third_party_first_refers_to_that_call()
    {
        var (anas, beas) = Connect();
        var asking = _ana.Agent.RegisterStatic(VirtualAgent.Subscriber(_eva.Address, "600") with { ContactUser = "c602" });
        _eva.Trunk(_ana, "801");
        _ana.Call(asking, _eva, "801");
        _network.Settle();
        var asked = _eva.Only<SessionInvited>();
        _eva.Agent.Answer(_network.Now, asked.Session, VirtualAgent.Answer);
        _network.Settle();
        var answered = _network.Sent.OfType<SipResponse>().Last(response => response.CSeq.Method == SipMethods.Invite && response.Status == 200);
        var between = new ReplacesHeader(answered.CallId, answered.To.Tag!, answered.From.Tag!);

        _ana.Agent.Refer(_network.Now, anas, ReferTarget.Write(new SipUri($"sip:c801@{_eva.Address}"), new SipHeader(ReplacesHeader.Name, between.ToString())));
        _network.Settle();
        var referred = _bea.Only<SessionReferred>();
        Assert.Equal(between, referred.Target.Replaces);
        _bea.Agent.AcceptRefer(_network.Now, beas);
        _bea.Agent.Invite(_network.Now, new SipInviteRequest(
            _bea.Trunk(_eva, "701"), referred.Target.Uri, VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(3))
        {
            Replaces = referred.Target.Replaces,
            ReferredBy = referred.By,
        });
        _network.Settle();
        Assert.Equal(asked.Session, _eva.Last<SessionInvited>().Replaced);
    }

    [Fact]
    public void A_stranger_takes_nobodys_place()
    {
        Connect();
        InviteFromEva(with => with with { Replaces = AnasCall });
        Assert.Equal(403, _eva.Only<SessionEnded>().Ending.Status);
        _bea.Only<SessionInvited>();
    }

    [Fact]
    public void A_call_that_is_not_there_cannot_be_replaced()
    {
        Connect();
        InviteFromEva(with => with with { Replaces = AnasCall with { FromTag = "other" }, ReferredBy = new SipUri("sip:+34600@ims.test") });
        Assert.Equal(481, _eva.Only<SessionEnded>().Ending.Status);
    }

    [Fact]
    public void Early_only_does_not_take_an_answered_call()
    {
        Connect();
        InviteFromEva(with => with with { Replaces = AnasCall with { EarlyOnly = true }, ReferredBy = new SipUri("sip:+34600@ims.test") });
        Assert.Equal(486, _eva.Only<SessionEnded>().Ending.Status);
    }

    [Fact]
    public void A_call_that_rings_here_is_not_replaced()
    {
        _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        _bea.Agent.Progress(_network.Now, _bea.Only<SessionInvited>().Session, 180, null);
        _network.Settle();
        InviteFromEva(with => with with { Replaces = AnasCall, ReferredBy = new SipUri("sip:+34600@ims.test") });
        Assert.Equal(481, _eva.Only<SessionEnded>().Ending.Status);
    }

    [Fact]
    public void Who_rejects_fixed_contacts_does_not_reach_us()
    {
        InviteFromEva(with => with with { NotToGateways = true });
        Assert.Equal(488, _eva.Only<SessionEnded>().Ending.Status);
        Assert.Empty(_bea.Events.OfType<SessionInvited>());
    }

    [Fact]
    public void An_invite_without_offer_is_acknowledged_with_our_answer()
    {
        var call = InviteFromEva(with => with with { Offer = null });
        var invited = _bea.Only<SessionInvited>();
        Assert.Null(invited.Offer);
        _bea.Agent.Answer(_network.Now, invited.Session, VirtualAgent.Offer);
        _network.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(VirtualAgent.Offer, _eva.Only<SessionAnswered>().Sdp);
        Assert.Empty(_bea.Events.OfType<SessionAcknowledged>());

        _eva.Agent.Acknowledge(_network.Now, call, VirtualAgent.Answer);
        _network.Settle();
        Assert.Equal(VirtualAgent.Answer, _bea.Only<SessionAcknowledged>().Sdp);
        _network.Run(TimeSpan.FromSeconds(40));
        Assert.Empty(_bea.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_call_that_ends_before_its_answer_is_acknowledged_all_the_same()
    {
        var call = InviteFromEva(with => with with { Offer = null });
        _bea.Agent.Answer(_network.Now, _bea.Only<SessionInvited>().Session, VirtualAgent.Offer);
        _network.Settle();
        _eva.Agent.End(_network.Now, call);
        _network.Run(TimeSpan.FromSeconds(40));
        Assert.Equal(SipEndingKind.RemoteBye, _bea.Only<SessionEnded>().Ending.Kind);
        Assert.Null(_eva.Agent.NextTimeout);
    }

    [Theory]
    [InlineData("abc@host;to-tag=1;from-tag=2", true)]
    [InlineData("abc@host;from-tag=2;to-tag=1;early-only", true)]
    [InlineData("abc@host;to-tag=1", false)]
    [InlineData("abc@host", false)]
    [InlineData(";to-tag=1;from-tag=2", false)]
    [InlineData("a b;to-tag=1;from-tag=2", false)]
    [InlineData("abc;to-tag=\"x y\";from-tag=2", false)]
    public void Replaces_is_read_as_its_grammar_says(string text, bool good)
    {
        Assert.Equal(good, ReplacesHeader.TryParse(text, out var replaces));
        if (!good) return;
        Assert.True(ReplacesHeader.TryParse(replaces!.ToString(), out var again));
        Assert.Equal(replaces, again);
    }

    [Fact]
    public void No_beginning_of_a_refer_to_makes_it_throw()
    {
        const string Whole = "<sip:+34800@ims.test;user=phone?Replaces=abc%40host%3Bto-tag%3D1%3Bfrom-tag%3D2&Accept=x>";
        for (var length = 0; length <= Whole.Length; length++)
        {
            var refer = new SipRequest(SipMethods.Refer, new SipUri("sip:a@b"));
            refer.Headers.Add("Refer-To", Whole[..length]);
            var read = ReferTarget.TryRead(refer, out var target, out var refusal);
            Assert.Equal(read, target is not null);
            Assert.Equal(read, refusal == 0);
        }

        var whole = new SipRequest(SipMethods.Refer, new SipUri("sip:a@b"));
        whole.Headers.Add("Refer-To", Whole);
        Assert.True(ReferTarget.TryRead(whole, out var all, out _));
        Assert.Equal(new ReplacesHeader("abc@host", "1", "2"), all!.Replaces);
        Assert.Equal("sip:+34800@ims.test;user=phone", all.Uri.Text);
    }

    /// <summary>Ana's call as Bea is to see it in Replaces.</summary>
    private ReplacesHeader AnasCall
    {
        get
        {
            var response = _network.Sent.OfType<SipResponse>().First(r => r.CSeq.Method == SipMethods.Invite && r.Status >= 180);
            return new ReplacesHeader(response.CallId, response.To.Tag!, response.From.Tag!);
        }
    }

    private IEnumerable<SipRequest> Sent(string method) => _network.Sent.OfType<SipRequest>().Where(r => r.Method == method);

    private IEnumerable<int> StatusesOf(string method) =>
        _network.Sent.OfType<SipResponse>().Where(r => r.CSeq.Method == method).Select(r => r.Status);

    private (SipSessionId Anas, SipSessionId Beas) Connect()
    {
        var call = _ana.Call(_anasLine, _bea, "700");
        _network.Settle();
        var session = _bea.Only<SessionInvited>().Session;
        _bea.Agent.Answer(_network.Now, session, VirtualAgent.Answer);
        _network.Settle();
        return (call, session);
    }

    private void Refer(SipSessionId session, string target)
    {
        _ana.Agent.Refer(_network.Now, session, ReferTarget.Write(new SipUri(target)));
        _network.Settle();
    }

    private SipSessionId InviteFromEva(Func<SipInviteRequest, SipInviteRequest> with)
    {
        var session = _eva.Agent.Invite(_network.Now, with(new SipInviteRequest(
            _evasLine, new SipUri($"sip:c700@{_bea.Address}"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(3))));
        _network.Settle();
        return session;
    }

    /// <summary>A request of Ana's in the dialog, as written.</summary>
    private void InDialog(string method, params (string Name, string Value)[] headers)
    {
        var ack = Sent(SipMethods.Ack).Last();
        var last = _network.Sent.OfType<SipRequest>().Where(r => r.From.Tag == ack.From.Tag).Max(r => r.CSeq.Number);
        var request = new SipRequest(method, ack.Uri);
        request.Headers.Add("Via", $"SIP/2.0/UDP {_ana.Address};branch=z9hG4bK{method}{last};rport");
        foreach (var name in (string[])["Max-Forwards", "From", "To", "Call-ID"]) request.Headers.Add(name, ack.Headers[name]!);
        request.Headers.Add("CSeq", $"{last + 1} {method}");
        request.Headers.Add("Contact", $"<sip:c600@{_ana.Address}>");
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        _network.Send(_ana.Address, new SipFlow(SipTransport.Udp, _bea.Address), SipWriter.Write(request));
        _network.Settle();
    }
}
