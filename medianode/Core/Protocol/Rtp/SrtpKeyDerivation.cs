namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>Labels of RFC 3711 §4.3.1 and §4.3.2.</summary>
internal enum SrtpLabel : byte
{
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// <summary>Session keys from a master key (RFC 3711 §4.3, key derivation rate zero; RFC 7714 §11 uses the same function).</summary>
internal static class SrtpKeyDerivation
{
    public static byte[] Derive(SrtpMasterKey master, SrtpLabel label, int length)
    {
        // The counter block is (salt XOR label << 48) << 16: a 96-bit salt counts as 112 bits with zeros at the end.
        Span<byte> block = stackalloc byte[AesCounterMode.BlockLength];
        block.Clear();
        master.Salt.Span.CopyTo(block);
        block[7] ^= (byte)label;
        using var cipher = new AesCounterMode(master.Key.Span);
        var key = new byte[length];
        cipher.Apply(block, key);
        return key;
    }
}
