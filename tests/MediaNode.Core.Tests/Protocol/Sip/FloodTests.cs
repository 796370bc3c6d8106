using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip;

/// <summary>
/// A hundred thousand messages of one kind at one agent within a second: what it holds stays within its limits, each request is
/// answered or dropped by a rule, what belongs to a call goes through, and all is as before once the flood is over.
/// </summary>
public class FloodTests
{
    private const int Flood = 100_000;
    private const int SmallFlood = 20_000;
    private const int Most = 1_000;

    private static readonly IPEndPoint Peer = new(IPAddress.Loopback, 5009);
    private static readonly SipFlow Flow = new(SipTransport.Udp, Peer);

    private readonly SipAgent _agent;
    private readonly SortedDictionary<int, int> _statuses = [];
    private readonly List<SipEvent> _events = [];
    private Instant _now = new(TimeSpan.TicksPerDay);

    public FloodTests()
    {
        var options = new SipAgentOptions(new IPEndPoint(IPAddress.Loopback, 5002), "", SipTimers.Rfc3261, Most) { MaxServerBytes = 1024 * 1024 };
        _agent = new SipAgent(options, new EntropySource(new byte[32]));
        _agent.RegisterStatic(VirtualAgent.Subscriber(Peer, "700"));
    }

    [Theory]
    [InlineData("OPTIONS", 200, Flood)]
    [InlineData("REGISTER", 405, SmallFlood)]
    [InlineData("FOO", 405, SmallFlood)]
    [InlineData("BYE", 481, SmallFlood)]
    [InlineData("CANCEL", 481, SmallFlood)]
    [InlineData("NOTIFY", 481, SmallFlood)]
    public void Requests_of_one_kind_get_their_answer_or_503_and_half_of_the_room_at_most(string method, int status, int flood)
    {
        const int room = Most / 2;
        for (var i = 0; i < flood; i++) Receive(Request(method, i));
        Assert.Equal(room, _agent.Transactions);
        Assert.Equal((room, flood - room), (_statuses[status], _statuses[503]));
        Assert.Equal(flood - room, _agent.Rejected[SipRejection.Overload]);
        Calm();
    }

    [Fact]
    public void Subscriptions_are_answered_or_refused_and_none_stays()
    {
        for (var i = 0; i < SmallFlood; i++) Receive(Request("SUBSCRIBE", i, more: "Event: presence\r\nExpires: 3600\r\n"));
        Assert.InRange(_agent.Transactions, 1, Most / 2);
        Assert.Equal(SmallFlood, _statuses.Values.Sum());
        Assert.Equal(SmallFlood - (Most / 2), _statuses[503]);
        Calm();
    }

    [Fact]
    public void New_calls_leave_room_for_those_that_are_there()
    {
        Receive(Request("INVITE", 0, user: "c700", id: "call"));
        var call = Assert.IsType<SessionInvited>(Assert.Single(_events)).Session;
        _agent.Answer(_now, call, VirtualAgent.Answer);
        var tag = LastSent().To.Tag!;
        Receive(Request("ACK", 0, user: "c700", id: "call", tag: tag, branch: "z9hG4bKack"));
        _statuses.Clear();

        for (var i = 1; i < Flood; i++) Receive(Request("INVITE", i, user: "c700"));
        Assert.Equal(Most * 9 / 10, _agent.Transactions);
        Assert.Equal(Most * 9 / 10, _events.OfType<SessionInvited>().Count());
        Assert.Equal(Most * 9 / 10, _agent.Dialogs);
        Assert.Equal(Flood - (Most * 9 / 10), _statuses[503]);

        // The call that was there ends as if nothing were.
        _statuses.Clear();
        Receive(Request("BYE", 1, user: "c700", id: "call", tag: tag));
        Assert.Equal(1, _statuses[200]);
        Assert.Equal(call, Assert.Single(_events.OfType<SessionEnded>()).Session);

        // And so do those of the flood that were taken: a CANCEL of each is heard.
        for (var i = 1; i < Most; i++) Receive(Request("CANCEL", i, user: "c700"));
        foreach (var invited in _events.OfType<SessionInvited>().ToList()) _agent.End(_now, invited.Session, 480);
        Drain();
        Calm();
        Assert.Equal(_events.OfType<SessionInvited>().Count(), _events.OfType<SessionEnded>().Count());
    }

    [Fact]
    public void Calls_for_nobody_cost_no_session()
    {
        for (var i = 0; i < SmallFlood; i++) Receive(Request("INVITE", i, user: "nobody"));
        Assert.Equal((Most * 9 / 10, 0), (_agent.Transactions, _agent.Dialogs));
        Assert.Equal(Most * 9 / 10, _statuses[404]);
        Assert.Empty(_events);
        Calm();
    }

    [Fact]
    public void Long_requests_are_limited_by_their_bytes()
    {
        var body = new string('x', 50_000);
        for (var i = 0; i < Flood / 100; i++) Receive(Request("OPTIONS", i, body: body));
        Assert.InRange(_agent.HeldBytes, 400_000, 1024 * 1024 / 2);
        Assert.InRange(_agent.Transactions, 8, 11);
        Assert.True(_statuses[503] > 900);
        Calm();
    }

    [Fact]
    public void The_same_request_again_costs_nothing_more()
    {
        var options = Request("OPTIONS", 7);
        for (var i = 0; i < SmallFlood; i++) Receive(options);
        Assert.Equal(1, _agent.Transactions);
        Assert.Equal(SmallFlood, _statuses[200]);
        Calm();
    }

    [Theory]
    [InlineData("ACK sip:c700@127.0.0.1 SIP/2.0", "ACK", SipRejection.StrayAck)]
    [InlineData("SIP/2.0 200 OK", "INVITE", SipRejection.StrayResponse)]
    public void What_belongs_to_nothing_is_dropped_and_counted(string start, string method, SipRejection why)
    {
        for (var i = 0; i < SmallFlood; i++) Receive(Message(start, method, i, "", "stray", "tag", null, ""));
        Assert.Equal((0, 0), (_agent.Transactions, _agent.Dialogs));
        Assert.Equal(SmallFlood, _agent.Rejected[why]);
        Assert.Empty(_statuses);
    }

    [Fact]
    public void Forks_without_end_make_one_call_keep_sixteen_dialogs()
    {
        var line = _agent.RegisterStatic(VirtualAgent.Subscriber(Peer, "600"));
        var call = _agent.Invite(_now, new SipInviteRequest(line, new SipUri("sip:+34800@ims.test"), VirtualAgent.Offer, false, null, TimeSpan.FromMinutes(1)));
        var invite = (SipRequest)LastSent();
        for (var i = 0; i < 20_000; i++)
        {
            var ringing = SipResponse.For(invite, 180, $"fork{i}");
            ringing.Headers.Add("Contact", "<sip:fork@127.0.0.1:5009>");
            Receive(SipWriter.Write(ringing).ToArray());
        }

        Assert.Equal(16, _agent.Dialogs);
        Assert.InRange(_agent.Transactions, 1, 20);
        _agent.End(_now, call);
        Calm();
        Assert.Single(_events.OfType<SessionEnded>());
    }

    [Fact]
    public void A_stream_keeps_one_message_at_most()
    {
        var framer = new SipStreamFramer(SipLimits.Default);
        framer.Append("OPTIONS sip:a@b SIP/2.0\r\n"u8);
        for (var i = 0; i < Flood && framer.Rejection == SipRejection.None; i++)
        {
            framer.Append("X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"u8);
            Assert.False(framer.TryNext(out _));
        }

        Assert.Equal(SipRejection.TooLong, framer.Rejection);
        Assert.InRange(framer.Buffered, 1, SipLimits.Default.HeaderBytes + 100);
    }

    [Theory]
    [InlineData("65536")]
    [InlineData("2147483647")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    public void A_length_that_nobody_waits_for_ends_the_stream(string length)
    {
        var framer = new SipStreamFramer(SipLimits.Default);
        framer.Append(Encoding.ASCII.GetBytes($"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: {length}\r\n\r\n"));
        Assert.False(framer.TryNext(out _));
        Assert.NotEqual(SipRejection.None, framer.Rejection);
    }

    private static byte[] Request(
        string method, int number, string user = "c700", string? id = null, string? tag = null, string body = "", string? branch = null, string more = "") =>
        Message($"{method} sip:{user}@127.0.0.1:5002 SIP/2.0", method, number, body, id ?? $"flood{number}", tag, branch, more);

    private static byte[] Message(string start, string method, int number, string body, string id, string? tag, string? branch, string more) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{start}\r\nVia: SIP/2.0/UDP 127.0.0.1:5009;branch={branch ?? "z9hG4bK" + id + number};rport\r\nMax-Forwards: 70\r\nFrom: <sip:+34600@ims.test>;tag=ana\r\n"
            + $"To: <sip:+34700@ims.test>{(tag is null ? "" : ";tag=" + tag)}\r\nCall-ID: {id}\r\nCSeq: {number} {method}\r\nContact: <sip:ana@127.0.0.1:5009>\r\n{more}Content-Length: {body.Length}\r\n\r\n{body}"));

    private void Receive(byte[] message)
    {
        _agent.Receive(_now, Flow, message);
        _now += TimeSpan.FromMicroseconds(10);
        foreach (var sent in Drain())
        {
            // "SIP/2.0 200 OK"; parsing a hundred thousand of them takes its time.
            if (sent.Span.StartsWith("SIP/2.0 "u8) && Utf8Parser.TryParse(sent.Span[8..], out int status, out _) && status >= 200)
                _statuses[status] = _statuses.GetValueOrDefault(status) + 1;
        }
    }

    private List<ReadOnlyMemory<byte>> Drain()
    {
        var sent = new List<ReadOnlyMemory<byte>>();
        while (_agent.TryDequeue(out SipTransmit transmit)) sent.Add(transmit.Message);
        while (_agent.TryDequeue(out SipEvent? happened)) _events.Add(happened);
        return sent;
    }

    private SipMessage LastSent()
    {
        Assert.True(SipParser.TryParseDatagram(Drain()[^1].Span, SipLimits.Default, out var message, out _));
        return message;
    }

    /// <summary>After a while nothing of it is left, and a request gets its answer.</summary>
    private void Calm()
    {
        for (var end = _now + TimeSpan.FromMinutes(5); _agent.NextTimeout is { } next && next <= end;)
        {
            if (next > _now) _now = next;
            _agent.HandleTimeout(_now);
            Drain();
        }

        Assert.Equal((0, 0, 0, null), (_agent.Transactions, _agent.Dialogs, _agent.HeldBytes, _agent.NextTimeout));
        _statuses.Clear();
        Receive(Request("OPTIONS", 1, id: "afterwards"));
        Assert.Equal(1, _statuses[200]);
    }
}
