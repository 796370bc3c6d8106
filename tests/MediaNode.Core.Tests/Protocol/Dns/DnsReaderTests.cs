using System.Net;
using Byon.MediaNode.Core.Protocol.Dns;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Dns;

/// <summary>Messages written out by hand after RFC 1035 §4.1, RFC 2782 and RFC 3403 §4.1.</summary>
public class DnsReaderTests
{
    /// <summary>Two addresses of sip.example by way of a CNAME, with compressed names.</summary>
    private static readonly byte[] Addresses = Bytes(
        "1234 8180 0001 0003 0000 0000",
        "03 736970 07 6578616d706c65 00 0001 0001",
        "c00c 0005 0001 0000003c 0005 02 6131 c010",
        "c029 0001 0001 0000001e 0004 c0000201",
        "c029 0001 0001 0000001e 0004 c0000202");

    private static readonly byte[] Services = Bytes(
        "0001 8180 0001 0002 0000 0000",
        "04 5f736970 04 5f756470 07 6578616d706c65 00 0021 0001",
        "c00c 0021 0001 00000e10 000b 000a 003c 13c4 02 6131 c016",
        "c00c 0021 0001 00000e10 0007 0014 0000 13c4 00");

    private static readonly byte[] Authorities = Bytes(
        "0002 8180 0001 0001 0000 0000",
        "07 6578616d706c65 00 0023 0001",
        "c00c 0023 0001 00000e10 001b 0032 0001 01 53 07 7369702b643275 00 04 5f736970 04 5f756470 c00c");

    public static TheoryData<string> All => [Convert.ToHexString(Addresses), Convert.ToHexString(Services), Convert.ToHexString(Authorities)];

    [Fact]
    public void Addresses_are_found_by_way_of_an_alias()
    {
        Assert.True(DnsReader.TryRead(Addresses, out var response));
        Assert.Equal((0x1234, false, 0, new DnsQuestion("sip.example", DnsRecordType.Address)), (response.Id, response.IsTruncated, response.Code, response.Question));
        Assert.Equal(["192.0.2.1", "192.0.2.2"], response.Of<AddressRecord>().Select(record => record.Address.ToString()));
        Assert.All(response.Of<AddressRecord>(), record => Assert.Equal(("a1.example", TimeSpan.FromSeconds(30)), (record.Name, record.TimeToLive)));
    }

    [Fact]
    public void Services_carry_priority_weight_port_and_target()
    {
        Assert.True(DnsReader.TryRead(Services, out var response));
        var name = "_sip._udp.example";
        Assert.Equal(
            [new ServiceRecord(name, TimeSpan.FromHours(1), 10, 60, 5060, "a1.example"), new ServiceRecord(name, TimeSpan.FromHours(1), 20, 0, 5060, "")],
            response.Of<ServiceRecord>());
    }

    [Fact]
    public void Authorities_carry_order_service_and_replacement()
    {
        Assert.True(DnsReader.TryRead(Authorities, out var response));
        Assert.Equal(
            [new NamingAuthorityRecord("example", TimeSpan.FromHours(1), 50, 1, "s", "SIP+D2U", "", "_sip._udp.example")], response.Of<NamingAuthorityRecord>());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_prefix_of_an_answer_is_one(string hex)
    {
        var message = Convert.FromHexString(hex);
        for (var length = 0; length < message.Length; length++) Assert.False(DnsReader.TryRead(message.AsSpan(0, length), out _));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Changed_at_random_it_is_read_or_not_and_nothing_is_thrown(string hex)
    {
        var random = new Random(3263);
        for (var round = 0; round < 5_000; round++)
        {
            var message = Convert.FromHexString(hex);
            for (var change = random.Next(1, 5); change > 0; change--) message[random.Next(message.Length)] = (byte)random.Next(256);
            if (DnsReader.TryRead(message, out var response)) Assert.InRange(response.Records.Count, 0, 64);
        }
    }

    [Theory]
    [InlineData("c00c")]
    [InlineData("01 61 c00c")]
    [InlineData("c00e 0000")]
    [InlineData("40 61 00")]
    public void A_name_that_runs_in_a_circle_or_forward_is_none(string name) =>
        Assert.False(DnsReader.TryRead(Bytes("0001 8180 0001 0000 0000 0000", name, "0001 0001"), out _));

    [Theory]
    [InlineData("0001 0100 0001 0000 0000 0000 01 61 00 0001 0001")]
    [InlineData("0001 8180 0002 0000 0000 0000 01 61 00 0001 0001 01 61 00 0001 0001")]
    [InlineData("0001 8180 0000 0000 0000 0000")]
    public void What_is_no_answer_to_one_question_is_not_read(string message) => Assert.False(DnsReader.TryRead(Bytes(message), out _));

    [Fact]
    public void What_was_cut_off_is_told()
    {
        Assert.True(DnsReader.TryRead(Bytes("0001 8380 0001 0005 0000 0000", "01 61 00 0001 0001"), out var response));
        Assert.True(response.IsTruncated);
        Assert.Empty(response.Of<AddressRecord>());
    }

    [Fact]
    public void Records_of_other_kinds_and_classes_are_passed_over()
    {
        var message = Bytes(
            "0001 8180 0001 0003 0000 0000", "01 61 00 001c 0001",
            "c00c 0010 0001 00000001 0003 02 6869", "c00c 001c 0003 00000001 0001 00",
            "c00c 001c 0001 ffffffff 0010 20010db8000000000000000000000001");
        Assert.True(DnsReader.TryRead(message, out var response));
        Assert.Equal(new AddressRecord("a", TimeSpan.Zero, IPAddress.Parse("2001:db8::1")), Assert.Single(response.Records));
    }

    [Fact]
    public void Aliases_that_run_in_a_circle_lead_nowhere()
    {
        var message = Bytes("0001 8180 0001 0001 0000 0000", "01 61 00 0001 0001", "c00c 0005 0001 00000001 0002 c00c");
        Assert.True(DnsReader.TryRead(message, out var response));
        Assert.Empty(response.Of<AddressRecord>());
    }

    [Fact]
    public void A_query_is_what_the_standard_draws()
    {
        Assert.True(DnsWriter.TryWriteQuery(0xBEEF, new DnsQuestion("_sip._udp.example", DnsRecordType.Service), out var query));
        Assert.Equal(Bytes("beef 0100 0001 0000 0000 0000", "04 5f736970 04 5f756470 07 6578616d706c65 00 0021 0001"), query);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("ä.example")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123.example")]
    public void What_is_no_name_is_not_asked_for(string name) => Assert.False(DnsWriter.TryWriteQuery(1, new DnsQuestion(name, DnsRecordType.Address), out _));

    private static byte[] Bytes(params string[] hex) => Convert.FromHexString(string.Concat(hex).Replace(" ", "", StringComparison.Ordinal));
}
