using System.Globalization;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>
/// Whole calls in which both sides hold, resume and offer anew in any order. Whatever comes: a payload type and the framing behind
/// it mean one thing for the life of the call, sections keep their order, versions count up, and directions are what the two
/// sides' wishes leave.
/// </summary>
public class NegotiationPropertyTests
{
    private const int Steps = 16;

    [Theory]
    [InlineData(0, 120)]
    [InlineData(120, 240)]
    public void What_was_agreed_keeps_its_meaning_whoever_offers_what(int from, int to)
    {
        for (var seed = from; seed < to; seed++)
        {
            try
            {
                new Negotiation(seed).Run();
            }
            catch (Xunit.Sdk.XunitException fault)
            {
                Assert.Fail($"seed {seed}: {fault.Message}");
            }
        }
    }

    private sealed class Negotiation
    {
        private static readonly AudioCodec[] Codecs = [AudioCodec.AmrWb, AudioCodec.Amr, AudioCodec.Pcma, AudioCodec.Pcmu];

        private static readonly CallOptions Options = new(
            [AudioCodec.Opus, AudioCodec.Pcma, AudioCodec.Pcmu], Codecs, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(8));

        private readonly Random _dice;
        private readonly NegotiatingPhone _phone;
        private readonly CallRig _rig;
        private (string Id, ulong Version)? _origin;
        private List<string>? _sections;
        private MediaDirection _agreed;
        private bool _heldHere;

        public Negotiation(int seed)
        {
            _dice = new Random(seed);
            _phone = new NegotiatingPhone(_dice);
            _rig = seed % 2 == 0 ? Outgoing() : Incoming();
        }

        private MediaDirection Wanted => _heldHere ? MediaDirection.SendOnly : MediaDirection.SendReceive;

        public void Run()
        {
            for (var step = 0; step < Steps; step++)
            {
                _phone.Holds = _dice.Next(3) == 0;
                switch (_dice.Next(4))
                {
                    case 0: TheyOffer(); break;
                    case 1: TheyAskForOurOffer(); break;
                    case 2: WeHoldOrResume(isRefused: false); break;
                    default: WeHoldOrResume(isRefused: _dice.Next(3) == 0); break;
                }

                Assert.Equal(_heldHere ? MediaDirection.Inactive : _agreed, _rig.Plan.Ims!.Audio.Direction);
                Assert.False(_rig.Call.HasEnded);
            }
        }

        private CallRig Outgoing()
        {
            var rig = CallRig.Outgoing(options: Options);
            rig.Answered(Answered(rig.Sip.OfType<SendInvite>().Single().Offer));
            return rig;
        }

        private CallRig Incoming()
        {
            var offer = _phone.Offer(out var theirs);
            var rig = CallRig.Incoming(offer, out var why, options: Options);
            Assert.Null(why);
            Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer()));
            CheckAnswer(rig.Sip.OfType<SendAnswer>().Single().Sdp, offer, theirs, before: null);
            rig.Acknowledged();
            return rig;
        }

        private void TheyOffer()
        {
            var offer = _phone.Offer(out var theirs);
            var before = _rig.Plan.Ims!.Audio.Send;
            _rig.Reinvited(offer);
            CheckAnswer(Assert.IsType<AcceptReinvite>(_rig.Sip[^1]).Sdp, offer, theirs, before);
        }

        private void TheyAskForOurOffer()
        {
            _rig.Reinvited(null);
            _rig.Acknowledged(Answered(Assert.IsType<AcceptReinvite>(_rig.Sip[^1]).Sdp));
        }

        private void WeHoldOrResume(bool isRefused)
        {
            if (_rig.Put(_heldHere ? CallState.Resume : CallState.Hold) is not null) Assert.Fail("a hold or resume does not wait for the network");
            var offer = Assert.IsType<SendReinvite>(_rig.Sip[^1]).Offer;
            _heldHere = !_heldHere;
            if (isRefused)
            {
                CheckOffer(offer);
                _heldHere = !_heldHere;
                _rig.ReinviteRejected(488, "Not Acceptable Here");
                return;
            }

            _rig.ReinviteAnswered(Answered(offer));
        }

        private string Answered(string offer)
        {
            CheckOffer(offer);
            var answer = _phone.Answer(offer, out var theirs);
            _agreed = Wanted & MediaDirections.Mirror(theirs);
            return answer;
        }

        private void CheckOffer(string offer)
        {
            var description = Check(offer);
            Assert.Equal(Wanted, MediaDirections.Read(description, Audio(description)));
            // What the phone may send by now is offered again, or it would have to fall silent.
            if (_rig?.Plan.Ims is not { } current) return;
            var offered = NegotiatingPhone.Encoded(Audio(description)).Select(e => e.Type).ToHashSet();
            Assert.All(current.Audio.Receive, format => Assert.Contains(format.PayloadType, offered));
        }

        private void CheckAnswer(string answer, string offer, MediaDirection theirs, AudioFormat? before)
        {
            var description = Check(answer);
            _agreed = Wanted & MediaDirections.Mirror(theirs);
            Assert.Equal(_agreed, MediaDirections.Read(description, Audio(description)));
            var offered = NegotiatingPhone.Encoded(Audio(NegotiatingPhone.Parsed(offer)));
            var answered = NegotiatingPhone.Encoded(Audio(description)).Where(e => Codecs.Any(c => e.Encoding.StartsWith(AudioFormats.Encoding(c), StringComparison.Ordinal))).ToList();
            Assert.NotEmpty(answered);
            foreach (var (type, encoding) in answered)
                Assert.Contains((type, NegotiatingPhone.Simple(encoding)), offered.Select(o => (o.Type, NegotiatingPhone.Simple(o.Encoding))));
            // The one in use stays as long as it is offered.
            if (before is not null && offered.Exists(o => o.Type == before.PayloadType)) Assert.Equal(before.PayloadType, answered[0].Type);
        }

        /// <summary>What holds for every description of ours.</summary>
        private SessionDescription Check(string sdp)
        {
            var description = NegotiatingPhone.Parsed(sdp);
            var origin = sdp.Split("\r\n")[1].Split(' ');
            var (id, version) = (origin[1], ulong.Parse(origin[2], CultureInfo.InvariantCulture));
            if (_origin is { } last) Assert.Equal((last.Id, last.Version + 1), (id, version));
            _origin = (id, version);

            var sections = description.Media.Select(m => m.Kind).ToList();
            _sections ??= sections;
            Assert.Equal(_sections, sections);
            foreach (var (type, encoding) in NegotiatingPhone.Encoded(Audio(description))) _phone.Learn(type, NegotiatingPhone.Simple(encoding));
            return description;
        }

        private static MediaDescription Audio(SessionDescription description) => description.Media.Single(m => m.Kind == "audio");
    }
}
