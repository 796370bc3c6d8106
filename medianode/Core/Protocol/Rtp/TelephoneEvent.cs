using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>The payload of a telephone-event packet (RFC 4733 §2.3).</summary>
/// <param name="Volume">Power level in -dBm0, 0 to 63.</param>
/// <param name="Duration">Since the packet's time stamp, in units of its clock.</param>
public readonly record struct TelephoneEvent(byte Code, bool End, byte Volume, ushort Duration)
{
    public const int Size = 4;

    private const string Digits = "0123456789*#ABCD";

    /// <summary>Null for an event that is no key (flash, tones of fax and modem).</summary>
    public char? Digit => Code < Digits.Length ? Digits[Code] : null;

    /// <summary>Null for what is no key.</summary>
    public static byte? CodeOf(char digit) => Digits.IndexOf(digit) is var code and >= 0 ? (byte)code : null;

    public static bool TryParse(ReadOnlySpan<byte> payload, out TelephoneEvent telephoneEvent)
    {
        telephoneEvent = default;
        if (payload.Length < Size) return false;
        telephoneEvent = new TelephoneEvent(
            payload[0], (payload[1] & 0x80) != 0, (byte)(payload[1] & 0x3F), BinaryPrimitives.ReadUInt16BigEndian(payload[2..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        destination[0] = Code;
        destination[1] = (byte)((End ? 0x80 : 0) | Volume & 0x3F);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Duration);
    }
}
