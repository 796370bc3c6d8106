using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Native;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>What is counted is the memory of the whole process: nothing else runs beside it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NativeMemoryTests
{
    public const string Name = "native memory";
}

/// <summary>What libssl holds for handshakes that go nowhere, whatever is sent to them. Each call has one association.</summary>
[Collection(NativeMemoryTests.Name)]
public sealed partial class DtlsMemoryTests : IDisposable
{
    private const int Many = 200;

    /// <summary>Far less than an association that nothing was sent to.</summary>
    private const int Leftover = 4_000;

    /// <summary>Of a handshake that waits for its second flight.</summary>
    private const int HalfOpen = 100_000;

    /// <summary>Ten messages of 16 KiB that are ahead of their turn, and the one whose turn it is.</summary>
    private const int AtMost = 350_000;

    private const byte Handshake = 22;
    private const byte ApplicationData = 23;

    private readonly DtlsEndpointFactory _factory = new(DtlsCertificate.Create(DateTimeOffset.UtcNow));
    private readonly byte[] _hello;

    public DtlsMemoryTests()
    {
        using var client = _factory.Create(client: true);
        client.Start(MonotonicClock.Now);
        Assert.True(client.TryDequeue(out var hello));
        _hello = hello;
    }

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void A_half_open_association_holds_little_however_often_it_is_greeted()
    {
        MustHold(20_000, _ => { });
        MustHold(HalfOpen, one => Give(one, _hello));
        MustHold(HalfOpen, one =>
        {
            for (var i = 0; i < 100; i++) Give(one, _hello);
        });
    }

    /// <summary>libssl would keep a hundred of them, in 17 KiB each.</summary>
    [Theory]
    [InlineData(Handshake)]
    [InlineData(ApplicationData)]
    public void Records_that_nobody_can_read_yet_are_not_kept(byte type) => MustHold(HalfOpen, one =>
    {
        Give(one, _hello);
        for (var i = 0; i < 300; i++) Give(one, Record(type, epoch: 1, sequence: i, new byte[40]));
    });

    [Fact]
    public void Messages_that_never_end_and_those_ahead_of_their_turn_are_bounded() => MustHold(AtMost, one =>
    {
        for (var i = 0; i < 300; i++) Give(one, Record(Handshake, epoch: 0, sequence: i, Fragment(message: i % 30, length: i % 3 == 0 ? 0xFF_FFFF : 16_000)));
    });

    [Fact]
    public void A_connected_association_keeps_nothing_of_another_epoch()
    {
        MustHold(2 * HalfOpen, one =>
        {
            using var client = _factory.Create(client: true);
            client.Start(MonotonicClock.Now);
            while (one.State == DtlsState.Handshaking)
            {
                while (client.TryDequeue(out var datagram)) one.Receive(MonotonicClock.Now, datagram);
                while (one.TryDequeue(out var datagram)) client.Receive(MonotonicClock.Now, datagram);
            }

            for (var i = 0; i < 300; i++) Give(one, Record(Handshake, epoch: 2, sequence: i, new byte[40]));
            Assert.Equal(DtlsState.Connected, one.State);
        });
    }

    /// <summary>
    /// What many associations hold on the average after that, and that all of it is given back. The runtime allocates as well now and
    /// then, so the best of a few rounds counts; what leaks does so in each.
    /// </summary>
    private void MustHold(int most, Action<IDtlsEndpoint> suffer)
    {
        var (held, kept) = (long.MaxValue, long.MaxValue);
        for (var round = 0; round < 3 && (held > most || kept > Leftover); round++)
        {
            var before = InUse();
            var associations = Enumerable.Range(0, Many).Select(_ => _factory.Create(client: false)).ToList();
            foreach (var one in associations) suffer(one);
            held = (InUse() - before) / Many;
            foreach (var one in associations) one.Dispose();
            kept = (InUse() - before) / Many;
        }

        Assert.InRange(held, 1, most);
        Assert.InRange(kept, long.MinValue, Leftover);
    }

    private static void Give(IDtlsEndpoint association, byte[] datagram)
    {
        association.Receive(MonotonicClock.Now, datagram);
        while (association.TryDequeue(out _))
        {
        }
    }

    private static byte[] Record(byte type, byte epoch, int sequence, byte[] body)
    {
        var record = new byte[DtlsRecordRun.HeaderSize + body.Length];
        (record[0], record[1], record[2], record[4]) = (type, 0xFE, 0xFD, epoch);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(9), (ushort)sequence);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(11), (ushort)body.Length);
        body.CopyTo(record, DtlsRecordRun.HeaderSize);
        return record;
    }

    /// <summary>The first bytes of a hello that says it is so long.</summary>
    private byte[] Fragment(int message, int length)
    {
        var fragment = _hello[DtlsRecordRun.HeaderSize..60];
        (fragment[1], fragment[2], fragment[3]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length);
        BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(4), (ushort)message);
        (fragment[9], fragment[10], fragment[11]) = (0, 0, (byte)(fragment.Length - 12));
        return fragment;
    }

    private static long InUse()
    {
        var all = mallinfo2();
        return (long)(all.Used + all.Mapped);
    }

    [LibraryImport("libc")]
    private static partial AllocatorFigures mallinfo2();

    /// <summary>mallinfo2(3): blocks in use, and those that have a mapping of their own.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct AllocatorFigures
    {
        public nuint Arena, FreeBlocks, FastBlocks, MappedBlocks, Mapped, Peak, Fast, Used, Free, Trimmable;
    }
}
