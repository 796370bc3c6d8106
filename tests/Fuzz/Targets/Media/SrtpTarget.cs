using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.Fuzz.Mutation;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>
/// What is not authentic leaves no trace, and what is comes out as it went in: a protected packet with bytes exchanged, in all
/// profiles, RTP and RTCP. The input is the plain packet and, behind its length, what is done to the protected one.
/// </summary>
public sealed class SrtpTarget() : FuzzTarget("srtp", new ByteMutator())
{
    private static readonly SrtpProfile[] Profiles = Enum.GetValues<SrtpProfile>();

    public override int Run(byte[] input)
    {
        if (input.Length < 4) return 0;
        var shape = new HashCode();
        var length = Math.Min(BitConverter.ToUInt16(input, 0) % 1_400, input.Length - 4);
        var (plain, changes) = (input.AsSpan(4, length).ToArray(), input.AsSpan(4 + length).ToArray());
        foreach (var profile in Profiles)
        {
            shape.Add(Run(profile, plain, changes, rtcp: false));
            shape.Add(Run(profile, plain, changes, rtcp: true));
            shape.Add(Raw(profile, input));
        }

        return shape.ToHashCode();
    }

    private static int Run(SrtpProfile profile, byte[] plain, byte[] changes, bool rtcp)
    {
        var material = Enumerable.Range(7, SrtpKeys.ExporterLength(profile)).Select(i => (byte)i).ToArray();
        using var sender = new SrtpContext(profile, SrtpKeys.FromExporter(profile, material, isClient: true)!.Send);
        using var receiver = new SrtpContext(profile, SrtpKeys.FromExporter(profile, material, isClient: false)!.Receive);
        var buffer = new byte[plain.Length + SrtpContext.MaxOverhead];
        plain.CopyTo(buffer, 0);
        var length = rtcp ? sender.ProtectRtcp(buffer, plain.Length, out var why) : sender.ProtectRtp(buffer, plain.Length, out why);
        Require(length > 0 == (why == SrtpFault.None) && length <= buffer.Length, "protecting says neither yes nor no");
        if (length == 0) return (int)why;

        var changed = Changed(buffer.AsSpan(0, length), changes);
        var isChanged = !changed.AsSpan().SequenceEqual(buffer.AsSpan(0, length));
        var opened = rtcp ? receiver.UnprotectRtcp(changed, out var fault) : receiver.UnprotectRtp(changed, out fault);
        Require(!isChanged || opened == 0, "a packet that was changed is taken for authentic");
        if (!isChanged) return Same(changed, opened, plain);
        var whole = buffer.AsSpan(0, length).ToArray();
        opened = rtcp ? receiver.UnprotectRtcp(whole, out _) : receiver.UnprotectRtp(whole, out _);
        Same(whole, opened, plain);
        return HashCode.Combine(fault, length > 100);
    }

    private static int Same(byte[] packet, int length, byte[] plain)
    {
        Require(packet.AsSpan(0, length).SequenceEqual(plain), "an authentic packet does not come out as it went in");
        return length;
    }

    /// <summary>Anything at all is not authentic.</summary>
    private static int Raw(SrtpProfile profile, byte[] input)
    {
        var material = new byte[SrtpKeys.ExporterLength(profile)];
        using var receiver = new SrtpContext(profile, SrtpKeys.FromExporter(profile, material, isClient: true)!.Receive);
        Require(receiver.UnprotectRtp(input.ToArray(), out var rtp) == 0, "bytes out of nowhere are authentic RTP");
        Require(receiver.UnprotectRtcp(input.ToArray(), out var rtcp) == 0, "bytes out of nowhere are authentic RTCP");
        return HashCode.Combine(rtp, rtcp);
    }

    /// <summary>Pairs of place and difference; the last byte alone cuts or lengthens.</summary>
    private static byte[] Changed(ReadOnlySpan<byte> packet, byte[] changes)
    {
        var changed = packet.ToArray();
        for (var i = 0; i + 1 < changes.Length && i < 64; i += 2) changed[changes[i] * changed.Length / 256] ^= changes[i + 1];
        if (changes.Length % 2 == 0) return changed;
        var cut = changes[^1];
        return cut < 128 ? changed[..Math.Max(0, changed.Length - cut)] : [.. changed, .. new byte[cut - 127]];
    }
}
