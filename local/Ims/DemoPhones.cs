using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Local.Ims;

/// <summary>The phones that live in the simulator, on the SIP agent of the product: one that echoes, one that is busy, one that never answers, one that calls.</summary>
internal sealed class DemoPhones : IDisposable
{
    public const string Echo = "+34999000001";
    public const string Busy = "+34999000002";
    public const string Silent = "+34999000003";
    public const string Caller = "+34999000009";

    private const double EchoHertz = 440;
    private const double CallerHertz = 523;

    private static readonly AudioCodec[] Codecs = [AudioCodec.Pcma, AudioCodec.Pcmu];

    private readonly ImsSimulatorOptions _options;
    private readonly SipAgent _agent;
    private readonly Dictionary<SipRegistrationId, string> _numbers = [];
    private readonly Dictionary<SipSessionId, PhoneCall> _calls = [];
    private readonly SipRegistrationId _caller;

    public DemoPhones(ImsSimulatorOptions options, IPEndPoint local, IPEndPoint proxy, EntropySource entropy)
    {
        _options = options;
        _agent = new SipAgent(new SipAgentOptions(local, "byon-demo-phone", SipTimers.Rfc3261), entropy);
        var flow = new SipFlow(SipTransport.Udp, local);
        var targets = new Dictionary<string, ForwardTarget>();
        foreach (var number in (string[])[Echo, Busy, Silent, Caller])
        {
            var user = "phone" + number.TrimStart('+');
            var line = _agent.RegisterStatic(new SipRegistrationRequest(
                new SipUri($"sip:{number}@{options.Domain}"), new SipFlow(SipTransport.Udp, proxy), new SipCredentials("", ""), Guid.Empty, user, TimeSpan.Zero));
            _numbers.Add(line, number);
            targets.Add(number, new ForwardTarget(new SipUri($"sip:{user}@{local}"), flow));
            if (number == Caller) _caller = line;
        }

        Targets = targets;
    }

    /// <summary>The contact of each phone, for the proxy.</summary>
    public IReadOnlyDictionary<string, ForwardTarget> Targets { get; }

    public Instant? NextTimeout => _calls.Values.Aggregate(_agent.NextTimeout, (earliest, call) => Instant.Earliest(earliest, call.AnswersAt));

    public bool TryDequeue(out SipTransmit transmit) => _agent.TryDequeue(out transmit);

    public void Receive(Instant now, SipFlow source, ReadOnlySpan<byte> message)
    {
        _agent.Receive(now, source, message);
        Handle(now);
    }

    public void HandleTimeout(Instant now)
    {
        foreach (var (session, call) in _calls.ToArray())
        {
            if (call.AnswersAt <= now) Answer(now, session, call);
        }

        _agent.HandleTimeout(now);
        Handle(now);
    }

    public void Call(Instant now, string number)
    {
        var call = new PhoneCall(new PhoneAudio(_options.Address.Address, new PhoneVoice(CallerHertz, null)));
        var offer = ImsOfferAnswer.WriteOffer(call.Allocation, call.NextOrigin(), MediaDirection.SendReceive, Codecs);
        var session = _agent.Invite(now, new SipInviteRequest(
            _caller, new SipUri($"sip:{number}@{_options.Domain}"), offer, false, "Demo phone", TimeSpan.FromMinutes(1)));
        _calls.Add(session, call);
        Handle(now);
    }

    public void Dispose()
    {
        foreach (var call in _calls.Values) call.Audio.Dispose();
    }

    private void Handle(Instant now)
    {
        while (_agent.TryDequeue(out SipEvent? happened))
        {
            switch (happened)
            {
                case SessionInvited invited: Invited(now, invited); break;
                case SessionAnswered answered: Answered(now, answered); break;
                case SessionReinvited reinvited: Reinvited(now, reinvited); break;
                case SessionEnded ended when _calls.Remove(ended.Session, out var call): call.Audio.Dispose(); break;
            }
        }
    }

    private void Invited(Instant now, SessionInvited invited)
    {
        switch (_numbers[invited.Registration])
        {
            case Echo when invited.Offer is not null:
                _agent.Progress(now, invited.Session, 180, null);
                var audio = new PhoneAudio(_options.Address.Address, new PhoneVoice(EchoHertz, _options.ToneBeforeEcho));
                _calls.Add(invited.Session, new PhoneCall(audio) { Offer = invited.Offer, AnswersAt = now + _options.AnswersAfter });
                break;
            case Silent:
                _agent.Progress(now, invited.Session, 180, null);
                break;
            default:
                _agent.End(now, invited.Session, 486);
                break;
        }
    }

    private void Answer(Instant now, SipSessionId session, PhoneCall call)
    {
        call.AnswersAt = null;
        if (TryAnswer(call, call.Offer!) is { } answer) _agent.Answer(now, session, answer);
        else _agent.End(now, session, 488);
    }

    private void Answered(Instant now, SessionAnswered answered)
    {
        if (!_calls.TryGetValue(answered.Session, out var call)) return;
        if (answered.Sdp is not null && ImsOfferAnswer.TryReadAnswer(answered.Sdp, MediaDirection.SendReceive, Codecs, out var plan, out _)) call.Audio.Apply(plan);
        else _agent.End(now, answered.Session);
    }

    private void Reinvited(Instant now, SessionReinvited reinvited)
    {
        if (_calls.TryGetValue(reinvited.Session, out var call) && reinvited.Offer is not null && TryAnswer(call, reinvited.Offer) is { } answer)
        {
            _agent.AcceptReinvite(now, reinvited.Session, answer);
        }
        else
        {
            _agent.RejectReinvite(now, reinvited.Session, 488);
        }
    }

    private static string? TryAnswer(PhoneCall call, string offer)
    {
        if (!ImsOfferAnswer.TryAnswer(offer, call.Allocation, call.NextOrigin(), MediaDirection.SendReceive, Codecs, out var answer, out var plan, out _)) return null;
        call.Audio.Apply(plan);
        return answer;
    }

    private sealed class PhoneCall(PhoneAudio audio)
    {
        private SdpOrigin _origin = new((ulong)audio.Local.Port, 0);

        public PhoneAudio Audio { get; } = audio;

        public string? Offer { get; init; }

        public Instant? AnswersAt { get; set; }

        /// <summary>Only the RTP address means something: a phone has no WebRTC side.</summary>
        public MediaAllocation Allocation { get; } =
            new(0, audio.Local, audio.Local, new IceCredentials("none", "none"), new DtlsFingerprint("sha-256", ""));

        public SdpOrigin NextOrigin() => _origin = _origin.Next();
    }
}
