using System.Buffers.Binary;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public class SrtpContextTests
{
    public static readonly TheoryData<SrtpProfile> Profiles = [SrtpProfile.Aes128CmHmacSha1, SrtpProfile.Aes128CmHmacSha1Short, SrtpProfile.AeadAes128Gcm];

    private static SrtpContext Context(SrtpProfile profile, byte seed = 1)
    {
        var entropy = new EntropySource([.. Enumerable.Repeat(seed, 32)]);
        var key = new byte[16];
        var salt = new byte[profile.MasterSaltLength()];
        entropy.Fill(key);
        entropy.Fill(salt);
        return new SrtpContext(profile, new SrtpMasterKey(key, salt));
    }

    private static byte[] Rtp(ushort sequence, uint ssrc = 7, int payload = 20)
    {
        var packet = new byte[12 + payload];
        RtpPacket.WriteHeader(packet, 111, false, sequence, 960u * sequence, ssrc);
        packet.AsSpan(12).Fill((byte)sequence);
        return packet;
    }

    private static byte[] Protect(SrtpContext context, byte[] plain)
    {
        var buffer = new byte[plain.Length + SrtpContext.MaxOverhead];
        plain.CopyTo(buffer, 0);
        var length = context.ProtectRtp(buffer, plain.Length, out var fault);
        Assert.Equal(SrtpFault.None, fault);
        return buffer[..length];
    }

    private static byte[] Rtcp(uint ssrc = 7)
    {
        var packet = new byte[28];
        packet[0] = 0x80;
        packet[1] = 200;
        packet[3] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        return packet;
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Packets_of_every_shape_come_back_unchanged(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        byte[][] shapes =
        [
            Rtp(1, payload: 0), Rtp(2, payload: 1), Rtp(3, payload: 160), Rtp(4, payload: 1_200),
            [0x92, 0x6F, 0, 5, .. new byte[8], .. new byte[8], 0xBE, 0xDE, 0, 1, .. new byte[4], 1, 2, 3],
        ];
        foreach (var plain in shapes)
        {
            var packet = Protect(sender, plain);
            if (plain.Length > 40) Assert.NotEqual(plain[30..40], packet[30..40]);
            Assert.Equal(plain.Length, receiver.UnprotectRtp(packet, out _));
            Assert.Equal(plain, packet[..plain.Length]);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_roll_over_counter_survives_three_wraps_with_reordering(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        byte[]? held = null;
        for (var i = 65_000; i < 65_000 + (3 * 65_536); i += 50)
        {
            var packet = Protect(sender, Rtp((ushort)i));
            // Every other packet arrives behind its successor, also over the wrap.
            if (held is null)
            {
                held = packet;
                continue;
            }
            Assert.Equal(32, receiver.UnprotectRtp(packet, out _));
            Assert.Equal(32, receiver.UnprotectRtp(held, out _));
            held = null;
        }
        Assert.Equal(3u, (uint)(Assert.Single(receiver.Save().Rtp).Window.Highest >> 16));
    }

    [Theory]
    [InlineData(2u, 2u, true)]
    [InlineData(2u, 3u, true)]
    [InlineData(2u, 0u, true)]
    [InlineData(0u, 1u, true)]
    [InlineData(2u, 1u, false)]
    [InlineData(2u, 4u, false)]
    [InlineData(uint.MaxValue, uint.MaxValue, true)]
    public void A_stream_that_others_heard_before_is_taken_up_near_the_counter_they_knew(uint known, uint actual, bool heard)
    {
        var begun = Context(SrtpProfile.Aes128CmHmacSha1Short).Save();
        using var sender = new SrtpContext(begun with { Rtp = [new SrtpStreamState(7, new ReplayWindow(((ulong)actual << 16) | 99, UInt128.One))] });
        using var receiver = new SrtpContext(begun with { RollOver = known });
        using var saved = new SrtpContext(receiver.Save());
        var packet = Protect(sender, Rtp(100));
        var copy = packet.ToArray();
        Assert.Equal(heard ? 32 : 0, saved.UnprotectRtp(packet, out _));
        Assert.Equal(heard ? actual : null, saved.RollOverOf(7));
        if (!heard) Assert.Equal(copy, packet);
        if (heard) Assert.Equal(32, saved.UnprotectRtp(Protect(sender, Rtp(101)), out _));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_replayed_packet_is_refused(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        var packet = Protect(sender, Rtp(1));
        var copy = packet.ToArray();
        receiver.UnprotectRtp(packet, out _);
        Assert.Equal(0, receiver.UnprotectRtp(copy, out var fault));
        Assert.Equal(SrtpFault.Replayed, fault);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Sending_a_sequence_number_twice_is_refused(SrtpProfile profile)
    {
        using var sender = Context(profile);
        Protect(sender, Rtp(1));
        var buffer = new byte[100];
        Rtp(1).CopyTo(buffer, 0);
        Assert.Equal(0, sender.ProtectRtp(buffer, 32, out var fault));
        Assert.Equal(SrtpFault.Replayed, fault);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Failed_authentication_leaves_no_trace(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var stranger = Context(profile, seed: 2);
        using var receiver = Context(profile);
        for (uint ssrc = 100; ssrc < 200; ssrc++)
        {
            Assert.Equal(0, receiver.UnprotectRtp(Protect(stranger, Rtp(9, ssrc)), out var fault));
            Assert.Equal(SrtpFault.NotAuthentic, fault);
        }
        Assert.Empty(receiver.Save().Rtp);
        Assert.Equal(32, receiver.UnprotectRtp(Protect(sender, Rtp(9)), out _));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Any_flipped_bit_is_noticed_and_the_packet_is_still_good_afterwards(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        Assert.Equal(32, receiver.UnprotectRtp(Protect(sender, Rtp(1)), out _));
        var packet = Protect(sender, Rtp(2));
        for (var at = 0; at < packet.Length; at++)
        {
            var forged = packet.ToArray();
            forged[at] ^= 0x04;
            Assert.Equal(0, receiver.UnprotectRtp(forged, out _));
        }
        Assert.Equal(32, receiver.UnprotectRtp(packet, out _));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Rtcp_comes_back_unchanged_and_counts_its_index(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        byte[]? last = null;
        for (var i = 0; i < 200; i++)
        {
            var buffer = new byte[100];
            Rtcp().CopyTo(buffer, 0);
            var length = sender.ProtectRtcp(buffer, 28, out _);
            last = buffer[..length];
            var packet = last.ToArray();
            Assert.Equal(28, receiver.UnprotectRtcp(packet, out _));
            Assert.Equal(Rtcp(), packet[..28]);
        }
        Assert.Equal(0, receiver.UnprotectRtcp(last!, out var fault));
        Assert.Equal(SrtpFault.Replayed, fault);
        Assert.Equal(199ul, Assert.Single(receiver.Save().Rtcp).Window.Highest);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_restored_context_goes_on_where_the_saved_one_stopped(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        var seen = Protect(sender, Rtp(65_535));
        Assert.Equal(32, receiver.UnprotectRtp(seen.ToArray(), out _));
        Assert.Equal(32, receiver.UnprotectRtp(Protect(sender, Rtp(0)), out _));

        using var nextSender = new SrtpContext(sender.Save());
        using var nextReceiver = new SrtpContext(receiver.Save());
        Assert.Equal(0, nextReceiver.UnprotectRtp(seen, out _));
        Assert.Equal(32, nextReceiver.UnprotectRtp(Protect(nextSender, Rtp(1)), out _));
    }

    [Fact]
    public void The_index_space_ends()
    {
        var state = Context(SrtpProfile.AeadAes128Gcm).Save();
        var full = new SrtpStreamState(7, new ReplayWindow((1ul << 48) - 1, UInt128.One));
        var fullRtcp = new SrtpStreamState(7, new ReplayWindow((1ul << 31) - 1, UInt128.One));
        using var context = new SrtpContext(state with { Rtp = [full], Rtcp = [fullRtcp] });
        var buffer = new byte[100];
        Rtp(0).CopyTo(buffer, 0);
        Assert.Equal(0, context.ProtectRtp(buffer, 32, out var fault));
        Assert.Equal(SrtpFault.Exhausted, fault);
        Rtcp().CopyTo(buffer, 0);
        Assert.Equal(0, context.ProtectRtcp(buffer, 28, out fault));
        Assert.Equal(SrtpFault.Exhausted, fault);
    }

    [Fact]
    public void Secrets_do_not_print()
    {
        var state = Context(SrtpProfile.Aes128CmHmacSha1).Save();
        Assert.DoesNotContain(Convert.ToHexString(state.Master.Key.Span)[..6], state.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("SrtpMasterKey", state.Master.ToString());
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Nothing_is_allocated_per_packet(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        var buffer = new byte[300];
        var passed = 0;
        void Round(ushort sequence)
        {
            RtpPacket.WriteHeader(buffer, 111, false, sequence, sequence, 7);
            var length = sender.ProtectRtp(buffer, 172, out _);
            if (receiver.UnprotectRtp(buffer.AsSpan(0, length), out _) == 172) passed++;
        }
        for (ushort i = 0; i < 200; i++) Round(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ushort i = 200; i < 1_200; i++) Round(i);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
        Assert.Equal(1_200, passed);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Garbage_and_prefixes_never_throw(SrtpProfile profile)
    {
        using var sender = Context(profile);
        using var receiver = Context(profile);
        var packet = Protect(sender, Rtp(1));
        for (var length = 0; length < packet.Length; length++)
        {
            Assert.Equal(0, receiver.UnprotectRtp(packet.AsSpan(0, length).ToArray(), out _));
            Assert.Equal(0, receiver.UnprotectRtcp(packet.AsSpan(0, length).ToArray(), out _));
        }
        var entropy = new EntropySource(new byte[32]);
        for (var round = 0; round < 5_000; round++)
        {
            var garbage = new byte[entropy.NextUInt32() % 80];
            entropy.Fill(garbage);
            if (garbage.Length > 0) garbage[0] = (byte)(garbage[0] & 0x3F | 0x80);
            Assert.Equal(0, receiver.UnprotectRtp(garbage.ToArray(), out _));
            Assert.Equal(0, receiver.UnprotectRtcp(garbage, out _));
        }
    }
}
