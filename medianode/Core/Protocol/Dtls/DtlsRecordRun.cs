using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Dtls;

/// <summary>Records of one epoch that follow each other in a datagram (RFC 6347 §4.1), application data apart from the rest.</summary>
public readonly ref struct DtlsRecordRun(ReadOnlySpan<byte> bytes, ushort epoch, bool isApplicationData)
{
    /// <summary>Type, version, epoch, sequence number, and in the last two bytes the length of what follows.</summary>
    public const int HeaderSize = 13;

    private const int EpochAt = 3;
    private const byte ApplicationData = 23;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>0 is in the clear, 1 is protected by the keys of the first handshake.</summary>
    public ushort Epoch { get; } = epoch;

    public bool IsApplicationData { get; } = isApplicationData;

    /// <summary>Size of the record at the start, with its header; 0 where none is whole.</summary>
    public static int Measure(ReadOnlySpan<byte> records)
    {
        if (records.Length < HeaderSize) return 0;
        var size = HeaderSize + BinaryPrimitives.ReadUInt16BigEndian(records[(HeaderSize - 2)..]);
        return size <= records.Length ? size : 0;
    }

    /// <summary>Takes the next run off a datagram. False at its end, and before what is no whole record.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out DtlsRecordRun run)
    {
        run = default;
        var length = Measure(rest);
        if (length == 0) return false;
        var (epoch, isApplicationData) = Kind(rest);
        for (int next; (next = Measure(rest[length..])) > 0 && Kind(rest[length..]) == (epoch, isApplicationData);) length += next;
        run = new DtlsRecordRun(rest[..length], epoch, isApplicationData);
        rest = rest[length..];
        return true;
    }

    private static (ushort Epoch, bool IsApplicationData) Kind(ReadOnlySpan<byte> record) =>
        (BinaryPrimitives.ReadUInt16BigEndian(record[EpochAt..]), record[0] == ApplicationData);
}
