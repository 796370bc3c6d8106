using Byon.MediaNode.Core.Protocol.Dtls;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Dtls;

public sealed class DtlsRecordRunTests
{
    private const byte ChangeCipherSpec = 20;
    private const byte Handshake = 22;
    private const byte ApplicationData = 23;

    /// <summary>The end of a client's flight: certificate and keys in the clear, then Finished and early data under keys.</summary>
    private static readonly byte[] Flight =
        [.. Record(Handshake, 0, 5), .. Record(ChangeCipherSpec, 0, 1), .. Record(Handshake, 1, 40), .. Record(ApplicationData, 1, 0), .. Record(Handshake, 1, 2)];

    [Fact]
    public void A_datagram_falls_into_runs_of_one_epoch_with_application_data_apart() => Assert.Equal(
        [(0, false, 13 + 5 + 13 + 1), (1, false, 13 + 40), (1, true, 13), (1, false, 13 + 2)], Runs(Flight));

    [Fact]
    public void What_is_cut_off_is_left_and_what_stands_before_it_is_read()
    {
        for (var length = 0; length < Flight.Length; length++)
        {
            var taken = Runs(Flight[..length]).Sum(run => run.Length);
            Assert.True(taken <= length && length - taken < 13 + 40, $"{length}: {taken}");
            Assert.Equal(Runs(Flight[..taken]), Runs(Flight[..length]));
        }
    }

    [Fact]
    public void Whatever_the_bytes_the_runs_are_a_part_of_them_in_order()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = Flight.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var runs = Runs(damaged);
            Assert.InRange(runs.Sum(run => run.Length), 0, damaged.Length);
            Assert.All(runs, run => Assert.True(run.Length >= DtlsRecordRun.HeaderSize));
        }
    }

    private static byte[] Record(byte type, byte epoch, byte length) => [type, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 0, 0, 0, length, .. new byte[length]];

    private static List<(int Epoch, bool IsApplicationData, int Length)> Runs(byte[] datagram)
    {
        var runs = new List<(int, bool, int)>();
        ReadOnlySpan<byte> rest = datagram;
        while (DtlsRecordRun.TryTake(ref rest, out var run)) runs.Add((run.Epoch, run.IsApplicationData, run.Bytes.Length));
        return runs;
    }
}
