using System.Globalization;

namespace Byon.Tests.Bench.Media.Load;

/// <summary>
/// Datagrams that the kernel threw away because a program did not take them in time: the last column of /proc/net/udp, over all
/// sockets. What a server makes up for lost audio, or leaves out in pauses, does not blur it as it does a balance of packets.
/// </summary>
internal static class KernelDrops
{
    public static long Count() => File.ReadLines("/proc/net/udp").Skip(1)
        .Sum(line => long.Parse(line.AsSpan(line.TrimEnd().LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
}
