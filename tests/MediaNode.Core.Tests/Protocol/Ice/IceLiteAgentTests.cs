using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Ice;

public class IceLiteAgentTests
{
    private static readonly IceCredentials Local = new("node", "abcdefghijklmnopqrstuv");
    private static readonly IceCredentials Peer = new("peer", "0123456789012345678901");
    private static readonly IPEndPoint Home = IPEndPoint.Parse("192.0.2.1:5000");
    private static readonly IPEndPoint Mobile = IPEndPoint.Parse("198.51.100.1:6000");
    private static readonly Instant Start = new(1_000);
    private readonly IceLiteAgent _agent = new(Local);

    private static byte[] Check(
        string username = "node:peer", string? password = null, bool nominate = false, StunAttribute? extra = null)
    {
        var buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Request, "transaction!"u8);
        if (username.Length > 0) writer.Add(StunAttribute.Username, Encoding.ASCII.GetBytes(username));
        writer.AddUInt32(StunAttribute.Priority, 1);
        if (nominate) writer.Add(StunAttribute.UseCandidate, default);
        if (extra is { } type) writer.Add(type, new byte[8]);
        return buffer[..writer.Finish(Encoding.ASCII.GetBytes(password ?? Local.Password))];
    }

    private (StunClass Class, int Code, IPEndPoint? Mapped, bool Signed) Response()
    {
        Assert.True(_agent.TryDequeue(out var transmit));
        Assert.True(StunMessage.TryParse(transmit.Datagram.Span, out var message));
        Assert.Equal("transaction!", Encoding.ASCII.GetString(message.TransactionId));
        return (message.Class, message.ErrorCode(), message.MappedAddress(), message.HasIntegrity(Encoding.ASCII.GetBytes(Local.Password)));
    }

    [Fact]
    public void A_check_is_answered_with_the_address_it_came_from()
    {
        Assert.Equal(IceCheckResult.Valid, _agent.Receive(Start, Home, Check()));
        Assert.Equal((StunClass.Success, 0, Home, true), Response());
        Assert.True(_agent.IsValidated(Home));
        Assert.Null(_agent.Selected);
    }

    /// <summary>A browser checks every 2.5 s: over the 250 packets in between this is what the media bench sees allocated.</summary>
    [Fact]
    public void A_consent_check_allocates_nothing()
    {
        var check = Check(nominate: true);
        var allocated = new List<long>();
        for (var i = 0; i < 200; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _agent.Receive(Start, Home, check);
            _agent.TryDequeue(out _);
            allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // The runtime makes tables and code when it first needs them; what a check costs shows in most.
        Assert.InRange(allocated.Count(bytes => bytes > Budgets.EventAllocations["consent check"]), 0, 20);
    }

    /// <summary>One buffer serves an owner that drains in time, and no answer is lost on one that does not.</summary>
    [Fact]
    public void Answers_that_wait_are_not_written_over()
    {
        var addresses = new[] { Home, Mobile, Home };
        foreach (var from in addresses) _agent.Receive(Start, from, Check());
        foreach (var from in addresses)
        {
            Assert.True(_agent.TryDequeue(out var transmit));
            Assert.Equal(from, transmit.Remote);
            Assert.True(StunMessage.TryParse(transmit.Datagram.Span, out var answer));
            Assert.Equal(from, answer.MappedAddress());
        }
    }

    [Fact]
    public void The_latest_nomination_wins()
    {
        Assert.Equal(IceCheckResult.Nominated, _agent.Receive(Start, Home, Check(nominate: true)));
        Assert.Equal(Home, _agent.Selected);
        _agent.Receive(Start, Mobile, Check());
        Assert.Equal(Home, _agent.Selected);
        _agent.Receive(Start, Mobile, Check(nominate: true));
        Assert.Equal(Mobile, _agent.Selected);
    }

    [Fact]
    public void A_check_without_username_or_integrity_is_400()
    {
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Home, Check(username: "")));
        Assert.Equal((StunClass.Error, 400, null, false), Response());
    }

    [Theory]
    [InlineData("other:peer", null)]
    [InlineData("node", null)]
    [InlineData("node:peer", "wrongwrongwrongwrongwrong")]
    public void A_check_for_somebody_else_or_with_a_wrong_password_is_401(string username, string? password)
    {
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Home, Check(username, password, nominate: true)));
        Assert.Equal((StunClass.Error, 401, null, false), Response());
        Assert.False(_agent.IsValidated(Home));
        Assert.Null(_agent.Selected);
    }

    [Fact]
    public void Before_the_peer_is_known_the_password_is_enough_and_afterwards_its_name_counts()
    {
        Assert.Equal(IceCheckResult.Valid, _agent.Receive(Start, Home, Check("node:anybody")));
        _agent.Configure(Start, Peer);
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Home, Check("node:anybody")));
        Assert.Equal(IceCheckResult.Valid, _agent.Receive(Start, Home, Check()));
    }

    [Fact]
    public void An_unknown_attribute_that_must_be_understood_is_420()
    {
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Home, Check(extra: (StunAttribute)0x7FF0)));
        Assert.True(_agent.TryDequeue(out var transmit));
        Assert.True(StunMessage.TryParse(transmit.Datagram.Span, out var message));
        Assert.Equal(420, message.ErrorCode());
        Assert.True(message.TryGet(StunAttribute.UnknownAttributes, out var types));
        Assert.Equal([0x7F, 0xF0], types.ToArray());
    }

    [Fact]
    public void An_unknown_attribute_that_may_be_ignored_is() =>
        Assert.Equal(IceCheckResult.Valid, _agent.Receive(Start, Home, Check(extra: (StunAttribute)0xC057)));

    [Fact]
    public void A_peer_that_thinks_it_is_controlled_is_told_of_the_conflict()
    {
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Home, Check(extra: StunAttribute.IceControlled)));
        Assert.Equal((StunClass.Error, 487, null, true), Response());
    }

    [Fact]
    public void Responses_and_indications_are_ignored()
    {
        var buffer = new byte[64];
        var length = new StunWriter(buffer, StunClass.Indication, new byte[12]).Finish("key"u8);
        Assert.Equal(IceCheckResult.Ignored, _agent.Receive(Start, Home, buffer.AsSpan(0, length)));
        Assert.False(_agent.TryDequeue(out _));
    }

    [Fact]
    public void Consent_runs_from_configuration_and_every_valid_check_renews_it()
    {
        Assert.Null(_agent.ConsentExpires);
        _agent.Configure(Start, Peer);
        Assert.Equal(Start + TimeSpan.FromSeconds(30), _agent.ConsentExpires);
        var later = Start + TimeSpan.FromSeconds(20);
        _agent.Receive(later, Home, Check(password: "wrongwrongwrongwrongwrong"));
        Assert.Equal(Start + TimeSpan.FromSeconds(30), _agent.ConsentExpires);
        _agent.Receive(later, Home, Check());
        Assert.Equal(later + TimeSpan.FromSeconds(30), _agent.ConsentExpires);
    }

    [Fact]
    public void Many_addresses_do_not_grow_the_agent_and_the_selected_one_stays()
    {
        _agent.Receive(Start, Home, Check(nominate: true));
        for (var port = 1; port <= 100; port++) _agent.Receive(Start, new IPEndPoint(Mobile.Address, port), Check());
        Assert.True(_agent.IsValidated(Home));
        Assert.False(_agent.IsValidated(new IPEndPoint(Mobile.Address, 1)));
        Assert.True(_agent.IsValidated(new IPEndPoint(Mobile.Address, 100)));
    }

    [Fact]
    public void After_a_restart_both_generations_count_until_the_new_one_nominates()
    {
        var (next, peerNext) = (Local.Next(), new IceCredentials("again", Peer.Password));
        _agent.Configure(Start, Peer);
        _agent.Receive(Start, Home, Check(nominate: true));
        _agent.Configure(Start, peerNext, next);
        Assert.Equal(Home, _agent.Selected);
        Assert.Equal(IceCheckResult.Nominated, _agent.Receive(Start, Home, Check(nominate: true)));
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Mobile, Check($"{next.UsernameFragment}:peer", next.Password)));
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Mobile, Check($"{next.UsernameFragment}:again")));
        Assert.Equal(IceCheckResult.Valid, _agent.Receive(Start, Mobile, Check($"{next.UsernameFragment}:again", next.Password)));
        Assert.Equal(Home, _agent.Selected);
        Assert.Equal(IceCheckResult.Nominated, _agent.Receive(Start, Mobile, Check($"{next.UsernameFragment}:again", next.Password, nominate: true)));
        Assert.Equal(Mobile, _agent.Selected);
        Assert.Equal(IceCheckResult.Refused, _agent.Receive(Start, Home, Check(nominate: true)));
    }

    [Fact]
    public void Credentials_after_a_restart_are_others_of_the_same_strength()
    {
        var seen = new HashSet<string>();
        for (var (i, at) = (0, Local); i < 100; i++, at = at.Next())
        {
            Assert.True(seen.Add(at.UsernameFragment) & seen.Add(at.Password));
            if (i > 0) Assert.Equal((8, 32), (at.UsernameFragment.Length, at.Password.Length));
        }
    }
}
