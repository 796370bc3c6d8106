using System.Text;
using System.Xml.Linq;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Presence;

/// <summary>Somebody in the network watches a contact's calls (RFC 6665 §4.2, RFC 4235).</summary>
public class DialogWatchTests
{
    private static readonly XNamespace Names = "urn:ietf:params:xml:ns:dialog-info";

    private readonly VirtualSipNetwork _network = new();
    private readonly VirtualAgent _agent;
    private readonly ScriptedPeer _watcher;
    private readonly ScriptedPeer _far;
    private readonly SipRegistrationId _line;
    private int _notifyStatus = 200;

    public DialogWatchTests()
    {
        _agent = _network.Add(5002, with: options => options with { TellsDialogs = true });
        _far = new ScriptedPeer(_network, 5008);
        _watcher = new ScriptedPeer(_network, 5009);
        _watcher.OnRequest = request => _watcher.Reply(_agent, request, _notifyStatus);
        _line = _agent.Agent.RegisterStatic(VirtualAgent.Subscriber(_far.Address, "700"));
    }

    private IReadOnlyList<SipRequest> Notifies => [.. _watcher.Requests("NOTIFY")];

    [Fact]
    public void A_watch_is_accepted_and_told_the_whole_state_at_once()
    {
        var accepted = Subscribe();
        Assert.Equal((200, 3600u), (accepted.Status, accepted.Number("Expires")));
        var notify = Assert.Single(Notifies);
        Assert.Equal("dialog", notify.Headers["Event"]);
        Assert.StartsWith("active;expires=3600", notify.Headers["Subscription-State"], StringComparison.Ordinal);
        Assert.Equal("sip:watcher@127.0.0.1:5009", notify.Uri.Text);
        Assert.Equal(("0", "full", 0), Info(notify));
    }

    [Fact]
    public void A_call_is_told_from_its_ringing_to_its_end_in_parts()
    {
        Subscribe();
        var call = Call();
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(("1", "partial", 1), Info(Notifies[^1]));
        Assert.Equal("trying", StateOf(Notifies[^1]));
        _far.Reply(_agent, _far.LastRequest("INVITE"), 180, "far");
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("early", StateOf(Notifies[^1]));
        _far.Reply(_agent, _far.LastRequest("INVITE"), 200, "far", response => response.SetSdp(VirtualAgent.Answer));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("confirmed", StateOf(Notifies[^1]));
        var dialog = Dialogs(Notifies[^1]).Single();
        Assert.Equal(("initiator", "far", _far.LastRequest("INVITE").CallId), ((string?)dialog.Attribute("direction"), (string?)dialog.Attribute("remote-tag"), (string?)dialog.Attribute("call-id")));
        _agent.Agent.End(_network.Now, call);
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("terminated", StateOf(Notifies[^1]));
        Assert.Equal(["0", "1", "2", "3", "4"], Notifies.Select(notify => Info(notify).Version));
    }

    [Fact]
    public void What_changes_within_a_second_is_told_together()
    {
        Subscribe();
        var calls = Enumerable.Range(0, 5).Select(_ => Call()).ToArray();
        _network.Run(TimeSpan.FromSeconds(0.9));
        Assert.Single(Notifies);
        foreach (var call in calls) _agent.Agent.End(_network.Now, call);
        _network.Run(TimeSpan.FromSeconds(0.2));
        Assert.Equal(("1", "partial", 5), Info(Notifies[^1]));
    }

    [Fact]
    public void A_renewal_is_told_the_whole_state_again()
    {
        var accepted = Subscribe();
        Call();
        _network.Run(TimeSpan.FromSeconds(10));
        var renewed = Send(Text(600, 2, accepted.To.Tag));
        Assert.Equal((200, 600u), (renewed.Status, renewed.Number("Expires")));
        Assert.Equal(("2", "full", 1), Info(Notifies[^1]));
        Assert.Equal(500, Send(Text(600, 1, accepted.To.Tag)).Status);
    }

    [Fact]
    public void A_watch_ends_when_its_time_is_over_and_nothing_is_kept()
    {
        Subscribe(60);
        _network.Run(TimeSpan.FromSeconds(61));
        Assert.Equal("terminated;reason=timeout", Notifies[^1].Headers["Subscription-State"]);
        _network.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(2, Notifies.Count);
        Assert.Null(_agent.Agent.NextTimeout);
    }

    [Fact]
    public void One_who_asks_once_is_told_once()
    {
        Assert.Equal(200, Subscribe(0).Status);
        Assert.Equal("terminated;reason=timeout", Assert.Single(Notifies).Headers["Subscription-State"]);
        Call();
        _network.Run(TimeSpan.FromSeconds(5));
        Assert.Single(Notifies);
    }

    [Fact]
    public void A_watcher_that_knows_of_nothing_is_told_no_more()
    {
        _notifyStatus = 481;
        Subscribe();
        Call();
        _network.Run(TimeSpan.FromSeconds(5));
        Assert.Single(Notifies);
    }

    [Fact]
    public void The_end_of_the_registration_ends_the_watch()
    {
        Subscribe();
        _agent.Agent.Unregister(_network.Now, _line);
        _network.Run(TimeSpan.FromSeconds(2));
        Assert.Equal("terminated;reason=noresource", Notifies[^1].Headers["Subscription-State"]);
    }

    [Theory]
    [InlineData("Event: dialog", "Event: presence", 489)]
    [InlineData("Event: dialog", "X: y", 489)]
    [InlineData("Accept: application/dialog-info+xml", "Accept: text/plain", 406)]
    [InlineData("Expires: 3600", "Expires: 5", 423)]
    [InlineData("sip:c700@", "sip:c999@", 404)]
    public void A_watch_that_we_cannot_keep_is_refused(string part, string other, int status)
    {
        var refusal = Send(Text(3600, 1, null).Replace(part, other, StringComparison.Ordinal));
        Assert.Equal(status, refusal.Status);
        Assert.Equal(status == 489 ? "dialog" : null, refusal.Headers["Allow-Events"]);
        Assert.Equal(status == 423 ? 60u : null, refusal.Number("Min-Expires"));
        Assert.Empty(Notifies);
    }

    [Fact]
    public void Watchers_of_one_contact_are_bounded()
    {
        for (var i = 0; i < 8; i++) Assert.Equal(200, Send(Text(3600, 1, null, $"watch-{i}")).Status);
        Assert.Equal(503, Send(Text(3600, 1, null, "one-more")).Status);
        Assert.Equal(481, Send(Text(3600, 2, "unknown", "watch-1")).Status);
    }

    private SipSessionId Call()
    {
        var call = _agent.Agent.Invite(_network.Now, new SipInviteRequest(
            _line, new SipUri("sip:+34600@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        _network.Run(TimeSpan.Zero);
        return call;
    }

    private SipResponse Subscribe(int expires = 3600) => Send(Text(expires, 1, null));

    private SipResponse Send(string text)
    {
        _watcher.Send(_agent, text);
        _network.Run(TimeSpan.Zero);
        return _watcher.Received.OfType<SipResponse>().Last(response => response.CSeq.Method == "SUBSCRIBE");
    }

    private static string Text(int expires, int cseq, string? tag, string callId = "watch") => $"""
        SUBSCRIBE sip:c700@127.0.0.1:5002 SIP/2.0
        Via: SIP/2.0/UDP 127.0.0.1:5009;branch=z9hG4bK{callId}{cseq}{expires};rport
        Max-Forwards: 70
        From: <sip:watcher@ims.test>;tag=w
        To: <sip:+34700@ims.test>{(tag is null ? "" : $";tag={tag}")}
        Call-ID: {callId}
        CSeq: {cseq} SUBSCRIBE
        Contact: <sip:watcher@127.0.0.1:5009>
        Event: dialog
        Accept: application/dialog-info+xml
        Expires: {expires}
        Content-Length: 0


        """;

    private static (string Version, string State, int Dialogs) Info(SipRequest notify)
    {
        Assert.Equal("application/dialog-info+xml", notify.ContentType);
        var root = XElement.Parse(Encoding.UTF8.GetString(notify.Body.Span));
        return ((string)root.Attribute("version")!, (string)root.Attribute("state")!, root.Elements(Names + "dialog").Count());
    }

    private static IEnumerable<XElement> Dialogs(SipRequest notify) => XElement.Parse(Encoding.UTF8.GetString(notify.Body.Span)).Elements(Names + "dialog");

    private static string StateOf(SipRequest notify) => (string)Dialogs(notify).Single().Element(Names + "state")!;
}
