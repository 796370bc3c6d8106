using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>An INVITE that rings several devices, in virtual time: the fork and its calls, driven as their owner drives them.</summary>
internal sealed class ForkRig
{
    private static readonly SipSessionId Session = new(7);

    private readonly EntropySource _entropy;
    private readonly Dictionary<string, Call> _legs = [];
    private readonly IncomingFork _fork;

    public ForkRig(byte seed = 0)
    {
        var bytes = new byte[32];
        bytes[0] = seed;
        _entropy = new EntropySource(bytes);
        Now = new Instant(TimeSpan.FromDays(3).Ticks);
        _fork = new IncomingFork(Session, Now + CallRig.Options.RingTime);
    }

    public Instant Now { get; private set; }

    /// <summary>What the network was sent: 180, 200 with its call, or the refusal.</summary>
    public List<string> Sent { get; } = [];

    public List<TellEvent> Events { get; } = [];

    /// <summary>Which calls have released their media.</summary>
    public List<string> Released { get; } = [];

    public bool TakesMore => _fork.TakesMore;

    public IReadOnlyCollection<string> Legs => _legs.Keys;

    public Call this[string callId] => _legs[callId];

    public ForkRig Join(string callId) => Join(callId, CallSdp.Phone());

    public ForkRig Join(string callId, string offer)
    {
        var options = CallRig.Options with { RingTime = _fork.RingsUntil - Now };
        var call = Call.TryInvite(
            Now, callId, CallRig.Other, CallRig.Subscriber, offer, CallSdp.Allocation(_entropy), options, _entropy, out var why,
            canAnswerEarly: true);
        Assert.Null(why);
        _legs.Add(callId, call!);
        _fork.Join(callId);
        Drain(callId);
        return this;
    }

    public CallCommandResult? Put(string callId, CallState state)
    {
        var answer = state == CallState.Connected ? CallSdp.BrowserAnswer() : null;
        var result = _legs[callId].ChangeStatus(Now, new CallStatusChange(state, AnswerSdp: answer));
        Drain(callId);
        return result;
    }

    public void Decline(string callId) => On(callId, call => call.End(Now));

    public void Abort(string callId, CallEnd end) => On(callId, call => call.Abort(Now, end));

    public void Cancelled(int? cause = null) => Hear(new SessionEnded(Session, new SipEnding(SipEndingKind.RemoteCancel, 487, "Request Terminated", cause)));

    /// <summary>Every leg says its own ending, and once.</summary>
    public CallEnd EndOf(string callId) => Assert.Single(Events, told => told.Call.CallId == callId && told.Call.End is not null).Call.End!;

    public void Advance(TimeSpan by)
    {
        var end = Now + by;
        while (_legs.Where(leg => leg.Value.NextTimeout <= end).OrderBy(leg => leg.Value.NextTimeout!.Value.Ticks).FirstOrDefault() is { Key: { } next } leg)
        {
            Now = leg.Value.NextTimeout!.Value;
            On(next, call => call.HandleTimeout(Now));
        }

        Now = end;
    }

    private void On(string callId, Action<Call> feed)
    {
        feed(_legs[callId]);
        Drain(callId);
    }

    public void Network(SipSessionEvent sipEvent) => Hear(sipEvent);

    private void Hear(SipSessionEvent sipEvent)
    {
        _fork.Receive(sipEvent);
        DrainFork();
    }

    private void Drain(string callId)
    {
        while (_legs[callId].TryDequeue(out var action))
        {
            switch (action)
            {
                case SendReinvite: Sent.Add($"offer {callId}"); break;
                case SendProgress or SendAnswer or EndSession or AcceptReinvite or RejectReinvite:
                    _fork.Receive(callId, action);
                    DrainFork();
                    break;
                case TellEvent told: Events.Add(told); break;
                case ReleaseMedia: Released.Add(callId); break;
            }
        }
    }

    private void DrainFork()
    {
        while (_fork.TryDequeue(out var action))
        {
            switch (action)
            {
                case ForwardProgress forwarded: Sent.Add($"{forwarded.Progress.Status}"); break;
                case ForwardReply reply: Sent.Add(reply.Reply is AcceptReinvite ? "200 to the offer" : "488 to the offer"); break;
                case GiveDialog given:
                    Sent.Add($"200 {given.CallId}");
                    if (given.NeedsOffer) On(given.CallId, call => call.Receive(Now, new SessionNeedsOffer(Session)));
                    break;
                case EndLeg ended: On(ended.CallId, call => call.Abort(Now, ended.End)); break;
                case TellLeg told: On(told.CallId, call => call.Receive(Now, told.Event)); break;
                case RefuseInvite refused:
                    Sent.Add($"{refused.Status}");
                    Hear(new SessionEnded(Session, new SipEnding(SipEndingKind.Local, refused.Status, "")));
                    break;
            }
        }
    }
}
