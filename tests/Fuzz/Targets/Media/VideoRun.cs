using System.Buffers.Binary;
using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.Fuzz.Scripts;
using Byon.Tests.MediaNode.Core.Tests.Media;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>
/// One session with video between a browser and a phone, in virtual time. In what the peers say, <c>eeeeeeee</c> stands for the
/// SSRC that this side sends to them, and <c>dddd</c> for a sequence number they were sent a little ago.
/// </summary>
internal sealed class VideoRun : SessionRun
{
    private const int BrowserSocket = 1, RtpSocket = 4, RtcpSocket = 5;
    private const byte BrowserType = 106, PhoneType = 114, OurType = 98;

    /// <summary>What is kept for sending again goes out once, and each message of a compound may be answered.</summary>
    private const int MostOfOneStep = 300;

    private static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 5000);
    private static readonly IPEndPoint PhoneRtcp = new(IPAddress.Parse("192.0.2.9"), 5001);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8_000);
    private static readonly SrtpMasterKey Ours = new(new byte[16], new byte[14]);
    private static readonly SrtpMasterKey Theirs = new(Enumerable.Repeat((byte)1, 16).ToArray(), new byte[14]);

    private readonly SrtpContext _phone = new(SrtpProfile.Aes128CmHmacSha1, Theirs);
    private readonly Dictionary<int, byte[]> _sent = [];
    private (uint Ssrc, ushort Sequence) _toBrowser;
    private (uint Ssrc, ushort Sequence) _toPhone;
    private bool _isSecured;

    public VideoRun()
        : base(new MediaSockets(BrowserSocket, 2, 3), MostOfOneStep)
    {
        Session.AddVideo(Now, RtpSocket, RtcpSocket);
        Plan(0);
        Connect();
    }

    protected override void Take(FuzzStep step)
    {
        var bytes = step.Bytes();
        if (bytes.Length > 1_400) bytes = bytes[..1_400];
        switch (step.Word)
        {
            case "plan": Plan(step.Number(0, 63)); break;
            case "wait": Wait(TimeSpan.FromMilliseconds(step.Number(1, 10_000))); break;
            case "browser-rtp": FromBrowser(bytes, rtcp: false); break;
            case "browser-rtcp": FromBrowser(Named(bytes, _toBrowser), rtcp: true); break;
            case "phone-rtp": FromPhone(bytes, rtcp: false); break;
            case "phone-rtcp": FromPhone(Named(bytes, _toPhone), rtcp: true); break;
            case "phone-raw": Session.ReceiveImsVideo(Now, PhoneRtp, bytes, rtcp: false); break;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _phone.Dispose();
    }

    /// <summary>Bits of the number: the phone is held, the browser is, the phone has no feedback, rtcp-mux, SRTP, no video on the phone's side.</summary>
    private void Plan(int number)
    {
        _isSecured = (number & 16) != 0;
        var feedback = (number & 4) != 0
            ? VideoFeedback.None
            : VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.BitrateLimit | VideoFeedback.EstimatedBitrate;
        var audio = new AudioStream(Pcma, [Pcma], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);
        var toPhone = new VideoStream(H264(PhoneType), H264(OurType), feedback, Direction((number & 1) != 0)) { Kilobits = 768 };
        Session.Apply(Now, new MediaPlan(
            VirtualBrowser.Plan(audio) with { Video = new VideoStream(H264(BrowserType), H264(BrowserType), feedback, Direction((number & 2) != 0)) },
            new ImsLegPlan(PhoneRtp, PhoneRtcp, false, audio)
            {
                Video = (number & 32) != 0 ? null : new ImsVideo(PhoneRtp, (number & 8) != 0 ? PhoneRtp : PhoneRtcp, (number & 8) != 0, toPhone)
                {
                    Srtp = _isSecured ? new SrtpKeys(SrtpProfile.Aes128CmHmacSha1, Ours, Theirs) : null,
                },
            }));
    }

    private static MediaDirection Direction(bool isHeld) => isHeld ? MediaDirection.SendOnly : MediaDirection.SendReceive;

    private static VideoFormat H264(byte type) => new(VideoCodec.H264, type, "packetization-mode=1;profile-level-id=42e01f");

    private void FromBrowser(byte[] packet, bool rtcp)
    {
        if (packet.Length >= (rtcp ? 8 : 12)) Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(packet, rtcp));
    }

    private void FromPhone(byte[] packet, bool rtcp)
    {
        Span<byte> slot = new byte[packet.Length + SrtpContext.MaxOverhead];
        packet.CopyTo(slot);
        var length = !_isSecured ? packet.Length
            : rtcp ? _phone.ProtectRtcp(slot, packet.Length, out _) : _phone.ProtectRtp(slot, packet.Length, out _);
        Session.ReceiveImsVideo(Now, rtcp ? PhoneRtcp : PhoneRtp, slot[..length], rtcp);
    }

    private static byte[] Named(byte[] bytes, (uint Ssrc, ushort Sequence) stream)
    {
        for (var at = 0; at + 2 <= bytes.Length; at += 2)
        {
            var rest = bytes.AsSpan(at);
            if (rest.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(rest) == 0xEEEEEEEE) BinaryPrimitives.WriteUInt32BigEndian(rest, stream.Ssrc);
            else if (BinaryPrimitives.ReadUInt16BigEndian(rest) == 0xDDDD) BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)(stream.Sequence - 3));
        }

        return bytes;
    }

    /// <summary>A packet that is sent again is the same packet: another one under its number would use a key stream twice.</summary>
    protected override void Check(int socket, ReadOnlySpan<byte> bytes)
    {
        if (socket is not (RtpSocket or BrowserSocket) || Datagram.Classify(bytes) != DatagramKind.Rtp) return;
        if (!RtpPacket.TryParse(bytes, out var packet)) throw new BrokenInvariantException("a peer gets what is no RTP");
        if (packet.PayloadType is not (BrowserType or PhoneType)) return;
        if (socket == BrowserSocket) _toBrowser = (packet.Ssrc, packet.SequenceNumber);
        else _toPhone = (packet.Ssrc, packet.SequenceNumber);
        var place = socket << 17 | (_isSecured ? 1 << 16 : 0) | packet.SequenceNumber;
        if (_sent.TryGetValue(place, out var before) && _sent.Count < 30_000 && !bytes.SequenceEqual(before)) throw new BrokenInvariantException("a sequence number is used twice");
        _sent[place] = bytes.ToArray();
    }
}
