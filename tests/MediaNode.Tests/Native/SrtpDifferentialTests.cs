using System.Buffers.Binary;
using System.Globalization;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>Our SRTP against libsrtp2, both ways: the same bytes, and the same yes or no to whatever a network makes of them.</summary>
public sealed class SrtpDifferentialTests
{
    private const int Packets = 1_500;

    public static TheoryData<SrtpProfile, int> Cases
    {
        get
        {
            var cases = new TheoryData<SrtpProfile, int>();
            foreach (var profile in Enum.GetValues<SrtpProfile>())
            {
                for (var seed = 1; seed <= 4; seed++) cases.Add(profile, seed);
            }

            return cases;
        }
    }

    /// <summary>Contributing sources, extensions, every length, three sources, and gaps that take the roll-over counter up several times.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_protect_RTP_to_the_same_bytes(SrtpProfile profile, int seed)
    {
        var dice = new Random(seed);
        var master = Master(profile, dice);
        using var ours = new SrtpContext(profile, master);
        using var theirs = new LibSrtp(profile, master, isSender: true);
        var packets = new PacketSource(dice);
        for (var i = 0; i < Packets; i++)
        {
            var packet = packets.NextRtp();
            var expected = theirs.Protect(packet, rtcp: false);
            Assert.NotNull(expected);
            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(Protect(ours, packet, rtcp: false)!));
        }

        Assert.True(packets.RollOvers >= 3, packets.RollOvers.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_reads_what_the_other_protected_and_RTCP_counts_on(SrtpProfile profile, int seed)
    {
        var dice = new Random(seed);
        var master = Master(profile, dice);
        using var ourSender = new SrtpContext(profile, master);
        using var ourReceiver = new SrtpContext(profile, master);
        using var theirSender = new LibSrtp(profile, master, isSender: true);
        using var theirReceiver = new LibSrtp(profile, master, isSender: false);
        var packets = new PacketSource(dice);
        for (var i = 0; i < Packets; i++)
        {
            var rtcp = dice.Next(4) == 0;
            var packet = rtcp ? packets.NextRtcp() : packets.NextRtp();
            Assert.Equal(packet, theirReceiver.Unprotect(Protect(ourSender, packet, rtcp)!, rtcp));
            Assert.Equal(packet, Unprotect(ourReceiver, theirSender.Protect(packet, rtcp)!, rtcp));
        }
    }

    /// <summary>
    /// Lost, late by up to twice the window, doubled, cut and with a bit exchanged: to each arrival both say the same, and what both
    /// take is the same packet.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_take_and_refuse_the_same_packets_of_a_bad_network(SrtpProfile profile, int seed)
    {
        var dice = new Random(seed);
        var master = Master(profile, dice);
        using var sender = new SrtpContext(profile, master);
        using var ours = new SrtpContext(profile, master);
        using var theirs = new LibSrtp(profile, master, isSender: false);
        var (taken, refused) = (0, 0);
        foreach (var (packet, rtcp) in Arrivals(sender, dice))
        {
            var expected = theirs.Unprotect(packet, rtcp);
            var actual = Unprotect(ours, packet, rtcp);
            Assert.Equal((rtcp, expected is null), (rtcp, actual is null));
            Assert.Equal(expected, actual);
            if (actual is null) refused++;
            else taken++;
        }

        Assert.True(taken > Packets / 2 && refused > Packets / 10, $"{taken} taken, {refused} refused");
    }

    private static List<(byte[] Packet, bool Rtcp)> Arrivals(SrtpContext sender, Random dice)
    {
        var packets = new PacketSource(dice);
        var arrivals = new List<(double At, byte[] Packet, bool Rtcp)>();
        for (var i = 0; i < Packets; i++)
        {
            var rtcp = dice.Next(10) == 0;
            var packet = Protect(sender, rtcp ? packets.NextRtcp() : packets.NextRtp(dice.Next(50) == 0 ? 20_000 : 2), rtcp)!;
            // The first ones are in order: where a stream begins is what RFC 3711 leaves to luck.
            if (i < 30)
            {
                arrivals.Add((i, packet, rtcp));
                continue;
            }

            if (dice.Next(10) == 0) continue;
            var late = dice.Next(4) == 0 ? dice.Next(2 * ReplayWindow.Size) : dice.Next(3);
            arrivals.Add((i + late, packet, rtcp));
            if (dice.Next(8) == 0) arrivals.Add((i + dice.Next(200), packet, rtcp));
            if (dice.Next(8) == 0) arrivals.Add((i + late - 0.5, Spoilt(packet, dice), rtcp));
        }

        return [.. arrivals.OrderBy(a => a.At).Select(a => (a.Packet, a.Rtcp))];
    }

    private static byte[] Spoilt(byte[] packet, Random dice)
    {
        if (dice.Next(4) == 0) return packet[..dice.Next(packet.Length)];
        var spoilt = packet.ToArray();
        spoilt[dice.Next(spoilt.Length)] ^= (byte)(1 << dice.Next(8));
        return spoilt;
    }

    private static SrtpMasterKey Master(SrtpProfile profile, Random dice)
    {
        var (key, salt) = (new byte[SrtpProfiles.MasterKeyLength], new byte[profile.MasterSaltLength()]);
        dice.NextBytes(key);
        dice.NextBytes(salt);
        return new SrtpMasterKey(key, salt);
    }

    private static byte[]? Protect(SrtpContext context, byte[] packet, bool rtcp)
    {
        var buffer = new byte[packet.Length + SrtpContext.MaxOverhead];
        packet.CopyTo(buffer, 0);
        var length = rtcp ? context.ProtectRtcp(buffer, packet.Length, out _) : context.ProtectRtp(buffer, packet.Length, out _);
        return length > 0 ? buffer[..length] : null;
    }

    private static byte[]? Unprotect(SrtpContext context, byte[] packet, bool rtcp)
    {
        var buffer = packet.ToArray();
        var length = rtcp ? context.UnprotectRtcp(buffer, out _) : context.UnprotectRtp(buffer, out _);
        return length > 0 ? buffer[..length] : null;
    }

    /// <summary>Packets of three sources as wild as RFC 3550 allows.</summary>
    private sealed class PacketSource(Random dice)
    {
        private readonly int[] _sequences = [dice.Next(1_000, 60_000), dice.Next(1_000, 60_000), dice.Next(1_000, 60_000)];

        public int RollOvers { get; private set; }

        /// <param name="gap">Numbers left out before the packet, at most.</param>
        public byte[] NextRtp(int gap = 1_500)
        {
            var source = dice.Next(3);
            var before = _sequences[source];
            _sequences[source] += 1 + dice.Next(gap);
            if (_sequences[source] >> 16 > before >> 16) RollOvers++;
            var (sources, words) = (dice.Next(16), dice.Next(5));
            var hasExtension = dice.Next(3) == 0;
            var header = 12 + (sources * 4) + (hasExtension ? 4 + (words * 4) : 0);
            var packet = new byte[header + dice.Next(dice.Next(4) == 0 ? 1_200 : 200)];
            dice.NextBytes(packet);
            packet[0] = (byte)(0x80 | (hasExtension ? 0x10 : 0) | sources);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)_sequences[source]);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), 0xCAFE0000u + (uint)source);
            if (hasExtension) BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(12 + (sources * 4) + 2), (ushort)words);
            return packet;
        }

        public byte[] NextRtcp()
        {
            var packet = new byte[8 + (dice.Next(40) * 4)];
            dice.NextBytes(packet);
            (packet[0], packet[1]) = (0x81, 200);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), 0xCAFE0000u + (uint)dice.Next(3));
            return packet;
        }
    }
}
