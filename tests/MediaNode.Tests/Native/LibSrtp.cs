using System.Runtime.InteropServices;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>One direction of libsrtp2, which most WebRTC gateways stand on: the oracle of <see cref="SrtpDifferentialTests"/>.</summary>
internal sealed unsafe partial class LibSrtp : IDisposable
{
    private const string Library = "libsrtp2.so.1";
    private const int Overhead = 64;

    private static readonly int Initialised = Init();

    private readonly nint _session;

    /// <param name="isSender">Streams of any SSRC begin with their first packet, one way or the other.</param>
    public LibSrtp(SrtpProfile profile, SrtpMasterKey master, bool isSender)
    {
        Assert.Equal(0, Initialised);
        byte[] key = [.. master.Key.Span, .. master.Salt.Span];
        var policy = new Policy { SsrcType = isSender ? 3 : 2, WindowSize = ReplayWindow.Size };
        switch (profile)
        {
            case SrtpProfile.AeadAes128Gcm:
                SetGcm(&policy.Rtp);
                SetGcm(&policy.Rtcp);
                break;
            case SrtpProfile.Aes128CmHmacSha1Short:
                SetShort(&policy.Rtp);
                SetDefault(&policy.Rtcp);
                break;
            default:
                SetDefault(&policy.Rtp);
                SetDefault(&policy.Rtcp);
                break;
        }

        fixed (byte* at = key)
        {
            policy.Key = at;
            Assert.Equal(0, Create(out _session, &policy));
        }
    }

    /// <summary>The protected packet; null where it is refused.</summary>
    public byte[]? Protect(ReadOnlySpan<byte> packet, bool rtcp)
    {
        var buffer = new byte[packet.Length + Overhead];
        packet.CopyTo(buffer);
        var length = packet.Length;
        fixed (byte* at = buffer)
        {
            return (rtcp ? ProtectRtcp(_session, at, ref length) : ProtectRtp(_session, at, ref length)) == 0 ? buffer[..length] : null;
        }
    }

    /// <summary>The plain packet; null where it is refused: not authentic, or replayed.</summary>
    public byte[]? Unprotect(ReadOnlySpan<byte> packet, bool rtcp)
    {
        var buffer = packet.ToArray();
        var length = packet.Length;
        fixed (byte* at = buffer)
        {
            return (rtcp ? UnprotectRtcp(_session, at, ref length) : UnprotectRtp(_session, at, ref length)) == 0 ? buffer[..length] : null;
        }
    }

    public void Dispose() => _ = Dealloc(_session);

    [LibraryImport(Library, EntryPoint = "srtp_init")]
    private static partial int Init();

    [LibraryImport(Library, EntryPoint = "srtp_create")]
    private static partial int Create(out nint session, Policy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_dealloc")]
    private static partial int Dealloc(nint session);

    [LibraryImport(Library, EntryPoint = "srtp_crypto_policy_set_rtp_default")]
    private static partial void SetDefault(CryptoPolicy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32")]
    private static partial void SetShort(CryptoPolicy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_crypto_policy_set_aes_gcm_128_16_auth")]
    private static partial void SetGcm(CryptoPolicy* policy);

    [LibraryImport(Library, EntryPoint = "srtp_protect")]
    private static partial int ProtectRtp(nint session, byte* packet, ref int length);

    [LibraryImport(Library, EntryPoint = "srtp_unprotect")]
    private static partial int UnprotectRtp(nint session, byte* packet, ref int length);

    [LibraryImport(Library, EntryPoint = "srtp_protect_rtcp")]
    private static partial int ProtectRtcp(nint session, byte* packet, ref int length);

    [LibraryImport(Library, EntryPoint = "srtp_unprotect_rtcp")]
    private static partial int UnprotectRtcp(nint session, byte* packet, ref int length);

    /// <summary>srtp_crypto_policy_t of srtp.h 2.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct CryptoPolicy
    {
        public uint CipherType;
        public int CipherKeyLength;
        public uint AuthType;
        public int AuthKeyLength;
        public int AuthTagLength;
        public int Services;
    }

    /// <summary>srtp_policy_t of srtp.h 2.5.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Policy
    {
        public int SsrcType;
        public uint SsrcValue;
        public CryptoPolicy Rtp;
        public CryptoPolicy Rtcp;
        public byte* Key;
        public nint Keys;
        public nuint KeyCount;
        public nint Ekt;
        public nuint WindowSize;
        public int AllowsRepeat;
        public nint EncryptedExtensions;
        public int EncryptedExtensionCount;
        public nint Next;
    }
}
