using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Native;

/// <summary>
/// One DTLS 1.2 association on libssl with memory BIOs. libssl keeps its retransmission timer on the system's clock, so
/// <see cref="NextTimeout"/> is what it says is left, added to the caller's now.
/// </summary>
internal sealed unsafe class DtlsEndpoint : IDtlsEndpoint
{
    /// <summary>Leaves room for IPv6, UDP and tunnels in 1280 bytes.</summary>
    private const int Mtu = 1200;

    /// <summary>A second as libssl starts with would be heard by the caller; 100 ms is over most round trips.</summary>
    private const uint FirstRetransmitMicroseconds = 100_000;
    private const uint MaxRetransmitMicroseconds = 5_000_000;

    private readonly SslHandle _ssl;
    private readonly nint _input;
    private readonly nint _output;
    private readonly bool _client;
    private readonly Queue<byte[]> _datagrams = new();

    public DtlsEndpoint(SslContextHandle context, bool client)
    {
        _client = client;
        _ssl = OpenSsl.SSL_new(context);
        if (_ssl.IsInvalid) throw new InvalidOperationException("libssl gave no connection.");
        _input = NewMemoryBio();
        _output = NewMemoryBio();
        OpenSsl.SSL_set_bio(_ssl, _input, _output);
        OpenSsl.SSL_ctrl(_ssl, OpenSsl.ControlSetMtu, Mtu, 0);
        OpenSsl.DTLS_set_timer_cb(_ssl, &NextRetransmit);
        if (client) OpenSsl.SSL_set_connect_state(_ssl);
        else OpenSsl.SSL_set_accept_state(_ssl);
    }

    public DtlsState State { get; private set; }

    public string? Failure { get; private set; }

    public SrtpKeys? SrtpKeys { get; private set; }

    public ReadOnlyMemory<byte> PeerCertificate { get; private set; }

    public Instant? NextTimeout { get; private set; }

    public void Start(Instant now)
    {
        if (_client && State == DtlsState.Handshaking) Advance(now);
    }

    public void Receive(Instant now, ReadOnlySpan<byte> datagram)
    {
        while (State is DtlsState.Handshaking or DtlsState.Connected && DtlsRecordRun.TryTake(ref datagram, out var run))
        {
            if (!MayRead(run)) continue;
            // A memory BIO is a stream: what libssl left of the last records must not run into these.
            OpenSsl.BIO_ctrl(_input, OpenSsl.BioControlReset, 0, 0);
            _ = OpenSsl.BIO_write(_input, run.Bytes, run.Bytes.Length);
            Advance(now);
        }
    }

    public void HandleTimeout(Instant now)
    {
        if (State != DtlsState.Handshaking || NextTimeout is null || now < NextTimeout) return;
        OpenSsl.ERR_clear_error();
        if (OpenSsl.SSL_ctrl(_ssl, OpenSsl.ControlHandleTimeout, 0, 0) < 0) Fail("the peer does not answer");
        Flush();
        NextTimeout = State == DtlsState.Handshaking ? now + Remaining() : null;
    }

    public bool TryDequeue([NotNullWhen(true)] out byte[]? datagram) => _datagrams.TryDequeue(out datagram);

    public void Close()
    {
        if (State == DtlsState.Connected)
        {
            OpenSsl.ERR_clear_error();
            _ = OpenSsl.SSL_shutdown(_ssl);
            Flush();
        }
        if (State != DtlsState.Failed) State = DtlsState.Closed;
        NextTimeout = null;
    }

    public void Dispose()
    {
        State = DtlsState.Closed;
        _ssl.Dispose();
    }

    /// <summary>The reason in libssl's words ("no shared cipher"), from the thread's error queue.</summary>
    internal static string LastError() =>
        OpenSsl.ERR_peek_error() is var error and > 0 && Marshal.PtrToStringUTF8(OpenSsl.ERR_reason_error_string(error)) is { } reason
            ? reason
            : "unknown error";

    private static nint NewMemoryBio()
    {
        var bio = OpenSsl.BIO_new(OpenSsl.BIO_s_mem());
        // Empty means "try again later", not the end of the stream.
        OpenSsl.BIO_ctrl(bio, OpenSsl.BioControlSetMemoryEofReturn, -1, 0);
        return bio;
    }

    [UnmanagedCallersOnly]
    private static uint NextRetransmit(nint ssl, uint microseconds) =>
        microseconds == 0 ? FirstRetransmitMicroseconds : Math.Min(microseconds * 2, MaxRetransmitMicroseconds);

    private void Advance(Instant now)
    {
        if (State == DtlsState.Handshaking) Handshake();
        if (State == DtlsState.Connected) ReadOn();
        Flush();
        NextTimeout = State == DtlsState.Handshaking ? now + Remaining() : null;
    }

    /// <summary>
    /// libssl keeps up to a hundred records of the epoch that is to come, and as many of early application data, in 17 KiB each, and
    /// anybody can write their headers. They are no loss: the change of the epoch that comes late is not kept, so whatever overtakes
    /// it is sent again anyway.
    /// </summary>
    private bool MayRead(in DtlsRecordRun run) => State == DtlsState.Connected
        ? run.Epoch <= 1
        : run.Epoch == 0 || (run.Epoch == 1 && !run.IsApplicationData && OpenSsl.SSL_get_state(_ssl) is OpenSsl.StateClientReadChange or OpenSsl.StateServerReadChange);

    private void Handshake()
    {
        OpenSsl.ERR_clear_error();
        var result = OpenSsl.SSL_do_handshake(_ssl);
        if (result == 1) Finish();
        else if (OpenSsl.SSL_get_error(_ssl, result) is not (OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite)) Fail(LastError());
    }

    private void Finish()
    {
        PeerCertificate = ReadPeerCertificate();
        var profile = OpenSsl.SSL_get_selected_srtp_profile(_ssl);
        if (profile == null)
        {
            Fail("no SRTP profile in common");
            return;
        }
        SrtpKeys = ExportKeys((SrtpProfile)profile[1]);
        State = DtlsState.Connected;
    }

    private SrtpKeys? ExportKeys(SrtpProfile profile)
    {
        Span<byte> material = stackalloc byte[Core.Protocol.Rtp.SrtpKeys.ExporterLength(profile)];
        var label = "EXTRACTOR-dtls_srtp"u8;
        var result = OpenSsl.SSL_export_keying_material(_ssl, material, (nuint)material.Length, label, (nuint)label.Length, 0, 0, 0);
        var keys = result == 1 ? Core.Protocol.Rtp.SrtpKeys.FromExporter(profile, material, _client) : null;
        material.Clear();
        return keys;
    }

    private byte[] ReadPeerCertificate()
    {
        var certificate = OpenSsl.SSL_get1_peer_certificate(_ssl);
        if (certificate == 0) return [];
        var der = new byte[Math.Max(OpenSsl.i2d_X509(certificate, null), 0)];
        fixed (byte* start = der)
        {
            var at = start;
            _ = OpenSsl.i2d_X509(certificate, &at);
        }
        OpenSsl.X509_free(certificate);
        return der;
    }

    /// <summary>After the handshake only alerts and repeated flights are expected; application data is read over.</summary>
    private void ReadOn()
    {
        Span<byte> unused = stackalloc byte[2048];
        OpenSsl.ERR_clear_error();
        int result;
        do result = OpenSsl.SSL_read(_ssl, unused, unused.Length);
        while (result > 0);
        switch (OpenSsl.SSL_get_error(_ssl, result))
        {
            case OpenSsl.ErrorWantRead or OpenSsl.ErrorWantWrite:
                break;
            case OpenSsl.ErrorZeroReturn:
                State = DtlsState.Closed;
                break;
            default:
                Fail(LastError());
                break;
        }
    }

    private void Fail(string why)
    {
        State = DtlsState.Failed;
        Failure = why;
    }

    private TimeSpan? Remaining()
    {
        var left = stackalloc long[2];
        return OpenSsl.SSL_ctrl(_ssl, OpenSsl.ControlGetTimeout, 0, (nint)left) == 1
            ? TimeSpan.FromSeconds(left[0]) + TimeSpan.FromMicroseconds(left[1])
            : null;
    }

    /// <summary>Cuts what libssl wrote, a run of records, into datagrams of whole records.</summary>
    private void Flush()
    {
        var pending = (int)OpenSsl.BIO_ctrl_pending(_output);
        if (pending == 0) return;
        var records = new byte[pending];
        _ = OpenSsl.BIO_read(_output, records, pending);
        var start = 0;
        for (int at = 0, size; (size = DtlsRecordRun.Measure(records.AsSpan(at))) > 0;)
        {
            var next = at + size;
            if (next - start > Mtu && at > start)
            {
                _datagrams.Enqueue(records[start..at]);
                start = at;
            }
            at = next;
        }
        _datagrams.Enqueue(start == 0 ? records : records[start..]);
    }
}
