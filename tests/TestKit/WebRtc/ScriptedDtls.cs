using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.TestKit.WebRtc;

/// <summary>
/// The shape of a DTLS handshake without any cryptography, in virtual time: hello with certificate both ways, finished both ways,
/// the client sending again every second. Both sides must be given the same profile.
/// </summary>
public sealed class ScriptedDtls(byte[] certificate, SrtpProfile profile = SrtpProfile.AeadAes128Gcm) : IDtlsEndpointFactory
{
    public DtlsFingerprint Fingerprint { get; } = DtlsFingerprint.Of(certificate);

    public IDtlsEndpoint Create(bool client) => new Endpoint(certificate, profile, client);

    private enum Message : byte
    {
        ClientHello = 1,
        ServerHello = 2,
        ClientFinished = 3,
        ServerFinished = 4,
        CloseNotify = 5,
        Alert = 6,
    }

    private sealed class Endpoint(byte[] certificate, SrtpProfile profile, bool client) : IDtlsEndpoint
    {
        private static readonly TimeSpan Retransmission = TimeSpan.FromSeconds(1);
        private readonly Queue<byte[]> _datagrams = new();
        private byte[]? _flight;

        public DtlsState State { get; private set; }

        public string? Failure { get; private set; }

        public SrtpKeys? SrtpKeys { get; private set; }

        public ReadOnlyMemory<byte> PeerCertificate { get; private set; }

        public Instant? NextTimeout { get; private set; }

        public void Start(Instant now)
        {
            if (client && _flight is null) Flight(now, Message.ClientHello);
        }

        public void Receive(Instant now, ReadOnlySpan<byte> datagram)
        {
            if (datagram.Length < 2 || State is DtlsState.Closed or DtlsState.Failed) return;
            switch ((Message)datagram[1])
            {
                case Message.ClientHello when !client && State == DtlsState.Handshaking:
                    PeerCertificate = datagram[2..].ToArray();
                    Send(Message.ServerHello);
                    break;
                case Message.ServerHello when client && State == DtlsState.Handshaking:
                    PeerCertificate = datagram[2..].ToArray();
                    Flight(now, Message.ClientFinished);
                    break;
                case Message.ClientFinished when !client && !PeerCertificate.IsEmpty:
                    Send(Message.ServerFinished);
                    Finish();
                    break;
                case Message.ServerFinished when client && !PeerCertificate.IsEmpty:
                    Finish();
                    break;
                case Message.CloseNotify:
                    State = DtlsState.Closed;
                    break;
                case Message.Alert:
                    State = DtlsState.Failed;
                    Failure = "alert";
                    break;
            }
        }

        public void HandleTimeout(Instant now)
        {
            if (now < NextTimeout || NextTimeout is null) return;
            _datagrams.Enqueue(_flight!);
            NextTimeout = now + Retransmission;
        }

        public bool TryDequeue([NotNullWhen(true)] out byte[]? datagram) => _datagrams.TryDequeue(out datagram);

        public void Close()
        {
            if (State == DtlsState.Connected) Send(Message.CloseNotify);
            State = DtlsState.Closed;
        }

        public void Dispose() => State = DtlsState.Closed;

        private void Flight(Instant now, Message message)
        {
            Send(message);
            _flight = [22, (byte)message, .. certificate];
            NextTimeout = now + Retransmission;
        }

        private void Send(Message message) => _datagrams.Enqueue([22, (byte)message, .. certificate]);

        private void Finish()
        {
            State = DtlsState.Connected;
            NextTimeout = null;
            var material = Enumerable.Range(1, Byon.MediaNode.Core.Protocol.Rtp.SrtpKeys.ExporterLength(profile)).Select(i => (byte)i).ToArray();
            SrtpKeys = Byon.MediaNode.Core.Protocol.Rtp.SrtpKeys.FromExporter(profile, material, client);
        }
    }
}
