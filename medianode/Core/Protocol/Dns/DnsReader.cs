using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Dns;

/// <summary>
/// Reads responses (RFC 1035 §4.1). The bytes are foreign: every length is checked, compressed names may only point backwards,
/// and of very many records the first are taken.
/// </summary>
public ref struct DnsReader
{
    private const int HeaderLength = 12;
    private const int LongestName = 253;
    private const int MostRecords = 64;

    /// <summary>RFC 2181 §8 gives no limit but 31 bits; a week is as good as for ever.</summary>
    private const uint LongestLife = 7 * 24 * 3600;

    private readonly ReadOnlySpan<byte> _message;
    private int _at;

    private DnsReader(ReadOnlySpan<byte> message)
    {
        _message = message;
        _at = HeaderLength;
    }

    /// <summary>False for what is no response to one question, or is not whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out DnsResponse? response)
    {
        response = null;
        if (message.Length < HeaderLength) return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var isResponse = (flags & 0x8000) != 0;
        if (!isResponse || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return false;
        var reader = new DnsReader(message);
        if (!reader.TryReadName(out var name) || !reader.TryReadNumber(out var type) || !reader.TryReadNumber(out _)) return false;
        var isTruncated = (flags & 0x0200) != 0;
        var records = new List<DnsRecord>();
        var answers = Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(message[6..]), MostRecords);
        for (var i = 0; i < answers; i++)
        {
            if (!reader.TryReadRecord(out var record))
            {
                if (!isTruncated) return false;
                break;
            }

            if (record is not null) records.Add(record);
        }

        response = new DnsResponse(
            BinaryPrimitives.ReadUInt16BigEndian(message), isTruncated, flags & 0xF, new DnsQuestion(name, (DnsRecordType)type), records);
        return true;
    }

    /// <param name="record">Null for one of a kind we do not know.</param>
    private bool TryReadRecord(out DnsRecord? record)
    {
        record = null;
        if (!TryReadName(out var name) || !TryReadNumber(out var type) || !TryReadNumber(out var dnsClass)) return false;
        if (!TryTake(4, out var life) || !TryReadNumber(out var length) || length > _message.Length - _at) return false;
        var end = _at + length;
        var seconds = BinaryPrimitives.ReadUInt32BigEndian(life);
        // A set top bit counts as zero (RFC 2181 §8).
        var timeToLive = TimeSpan.FromSeconds(seconds > int.MaxValue ? 0 : Math.Min(seconds, LongestLife));
        var isGood = dnsClass != 1 || TryReadData((DnsRecordType)type, name, timeToLive, length, out record);
        if (_at > end) return false;
        _at = end;
        return isGood;
    }

    private bool TryReadData(DnsRecordType type, string name, TimeSpan life, int length, out DnsRecord? record)
    {
        record = null;
        switch (type)
        {
            case DnsRecordType.Address or DnsRecordType.AddressV6:
                if (length != (type == DnsRecordType.Address ? 4 : 16) || !TryTake(length, out var address)) return false;
                record = new AddressRecord(name, life, new IPAddress(address));
                return true;
            case DnsRecordType.CanonicalName:
                if (!TryReadName(out var alias)) return false;
                record = new CanonicalNameRecord(name, life, alias);
                return true;
            case DnsRecordType.Service:
                if (!TryReadNumber(out var priority) || !TryReadNumber(out var weight) || !TryReadNumber(out var port) || !TryReadName(out var target)) return false;
                record = new ServiceRecord(name, life, priority, weight, port, target);
                return true;
            case DnsRecordType.NamingAuthority:
                if (!TryReadNumber(out var order) || !TryReadNumber(out var preference) || !TryReadText(out var flags) ||
                    !TryReadText(out var service) || !TryReadText(out var expression) || !TryReadName(out var replacement)) return false;
                record = new NamingAuthorityRecord(
                    name, life, order, preference, flags.ToLowerInvariant(), service.ToUpperInvariant(), expression, replacement);
                return true;
            default:
                return true;
        }
    }

    /// <summary>§4.1.4. A pointer points before the name it stands in, so that reading ends.</summary>
    private bool TryReadName(out string name)
    {
        name = "";
        var text = new StringBuilder();
        var (at, earliest, hasJumped) = (_at, _at, false);
        while (at < _message.Length)
        {
            int length = _message[at++];
            switch (length)
            {
                case 0:
                    if (!hasJumped) _at = at;
                    name = text.ToString().ToLowerInvariant();
                    return true;
                case < 64:
                    if (length > _message.Length - at || text.Length + length + 1 > LongestName + 1) return false;
                    if (text.Length > 0) text.Append('.');
                    text.Append(Encoding.Latin1.GetString(_message.Slice(at, length)));
                    at += length;
                    break;
                case >= 0xC0 when at < _message.Length:
                    var target = ((length & 0x3F) << 8) | _message[at++];
                    if (target >= earliest) return false;
                    if (!hasJumped) _at = at;
                    (at, earliest, hasJumped) = (target, target, true);
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private bool TryReadNumber(out ushort number)
    {
        number = 0;
        if (!TryTake(2, out var bytes)) return false;
        number = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return true;
    }

    /// <summary>character-string (§3.3).</summary>
    private bool TryReadText(out string text)
    {
        text = "";
        if (!TryTake(1, out var length) || !TryTake(length[0], out var bytes)) return false;
        text = Encoding.Latin1.GetString(bytes);
        return true;
    }

    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count > _message.Length - _at) return false;
        bytes = _message.Slice(_at, count);
        _at += count;
        return true;
    }
}
