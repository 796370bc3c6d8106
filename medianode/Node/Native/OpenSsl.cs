using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>The part of OpenSSL 3 that DTLS-SRTP with memory BIOs needs. Numbers are those of ssl.h and bio.h.</summary>
internal static unsafe partial class OpenSsl
{
    public const int VerifyPeer = 0x01;
    public const int VerifyFailIfNoPeerCertificate = 0x02;
    public const ulong OptionNoQueryMtu = 1ul << 12;
    public const ulong OptionNoTicket = 1ul << 14;
    public const ulong OptionNoRenegotiation = 1ul << 30;
    public const int ControlSetMtu = 17;
    public const int ControlSetSessionCacheMode = 44;
    public const int ControlSetMaxCertificateList = 50;
    public const int ControlGetTimeout = 73;
    public const int ControlHandleTimeout = 74;
    public const int ControlSetMinimumVersion = 123;
    public const int Dtls12 = 0xFEFD;
    public const int KeyTypeEc = 408;
    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorZeroReturn = 6;
    /// <summary>TLS_ST_CR_CHANGE and TLS_ST_SR_CHANGE: the peer's ChangeCipherSpec has been read, its Finished has not.</summary>
    public const int StateClientReadChange = 10;
    public const int StateServerReadChange = 31;
    public const int BioControlReset = 1;
    public const int BioControlSetMemoryEofReturn = 130;

    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    [LibraryImport(Ssl)]
    public static partial nint DTLS_method();

    [LibraryImport(Ssl)]
    public static partial SslContextHandle SSL_CTX_new_ex(nint libraryContext, nint properties, nint method);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_ctrl(SslContextHandle context, int command, nint number, nint pointer);

    [LibraryImport(Ssl)]
    public static partial ulong SSL_CTX_set_options(SslContextHandle context, ulong options);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_cipher_list(SslContextHandle context, string list);

    /// <summary>Returns 0 on success, unlike its neighbours.</summary>
    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_tlsext_use_srtp(SslContextHandle context, string profiles);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_verify(SslContextHandle context, int mode, nint callback);

    /// <summary>In place of the whole verification of the peer's chain.</summary>
    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_set_cert_verify_callback(SslContextHandle context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_certificate_ASN1(SslContextHandle context, int length, ReadOnlySpan<byte> der);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_PrivateKey_ASN1(int type, SslContextHandle context, ReadOnlySpan<byte> der, nint length);

    [LibraryImport(Ssl)]
    public static partial SslHandle SSL_new(SslContextHandle context);

    [LibraryImport(Ssl)]
    public static partial void SSL_free(nint ssl);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_bio(SslHandle ssl, nint readBio, nint writeBio);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_accept_state(SslHandle ssl);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_connect_state(SslHandle ssl);

    [LibraryImport(Ssl)]
    public static partial nint SSL_ctrl(SslHandle ssl, int command, nint number, nint pointer);

    [LibraryImport(Ssl)]
    public static partial void DTLS_set_timer_cb(SslHandle ssl, delegate* unmanaged<nint, uint, uint> callback);

    [LibraryImport(Ssl)]
    public static partial int SSL_get_state(SslHandle ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_do_handshake(SslHandle ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_read(SslHandle ssl, Span<byte> buffer, int length);

    [LibraryImport(Ssl)]
    public static partial int SSL_shutdown(SslHandle ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_get_error(SslHandle ssl, int result);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get1_peer_certificate(SslHandle ssl);

    /// <summary>A pointer to { const char* name; unsigned long id; }, or null.</summary>
    [LibraryImport(Ssl)]
    public static partial nint* SSL_get_selected_srtp_profile(SslHandle ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_export_keying_material(
        SslHandle ssl, Span<byte> output, nuint outputLength, ReadOnlySpan<byte> label, nuint labelLength, nint context, nuint contextLength, int useContext);

    [LibraryImport(Crypto)]
    public static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    public static partial nint BIO_new(nint method);

    [LibraryImport(Crypto)]
    public static partial nint BIO_ctrl(nint bio, int command, nint number, nint pointer);

    [LibraryImport(Crypto)]
    public static partial int BIO_write(nint bio, ReadOnlySpan<byte> data, int length);

    [LibraryImport(Crypto)]
    public static partial int BIO_read(nint bio, Span<byte> data, int length);

    [LibraryImport(Crypto)]
    public static partial nuint BIO_ctrl_pending(nint bio);

    /// <summary>Writes DER to *output and moves it; with a null output only tells the length.</summary>
    [LibraryImport(Crypto)]
    public static partial int i2d_X509(nint certificate, byte** output);

    [LibraryImport(Crypto)]
    public static partial void X509_free(nint certificate);

    [LibraryImport(Crypto)]
    public static partial void ERR_clear_error();

    [LibraryImport(Crypto)]
    public static partial nuint ERR_peek_error();

    [LibraryImport(Crypto)]
    public static partial nint ERR_reason_error_string(nuint error);
}
