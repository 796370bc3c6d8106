using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Our keys by INFO in a confirmed dialog, as they were sent before there were packages (RFC 6086 §9). One at a time, so that they stay in order.</summary>
internal sealed class OutgoingKey(SipAgentCore core, SipSession session) : ITransactionUser
{
    private const int MaxTries = 3;

    private SipRequest? _request;
    private int _tries;

    public ITimed? Timed => null;

    public void Start(Instant now, char key, TimeSpan duration)
    {
        if (_request is not null) return;
        if (!session.PeerTakesInfo)
        {
            Tell(405);
            return;
        }

        _tries = 0;
        var info = session.Dialog!.Request(SipMethods.Info, session.NextCSeq());
        if (core.Options.UserAgent.Length > 0) info.Headers.Add("User-Agent", core.Options.UserAgent);
        info.SetBody(DtmfRelay.ContentType, DtmfRelay.Write(key, duration));
        Send(now, info);
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional || !ReferenceEquals(request, _request)) return;
        if (response.Status is 401 or 407 && _tries < MaxTries && session.Digest.Receive(request, response) == DigestOutcome.Answered)
            Send(now, request.Again(session.NextCSeq()));
        else if (response.Status == 481)
            // The peer has no such dialog (any more): RFC 3261 §12.2.1.2 ends it.
            session.Lose(now, new SipEnding(SipEndingKind.Rejected, response.Status, response.Phrase));
        else
            Tell(response.Status);
    }

    public void TimedOut(Instant now, SipRequest request) => Tell(408);

    public void Unreachable(Instant now, SipRequest request) => Tell(503);

    private void Tell(int status)
    {
        _request = null;
        if (!session.IsEnded) core.Tell(new SessionKeyAnswered(session.Id, status));
    }

    private void Send(Instant now, SipRequest info)
    {
        _tries++;
        _request = info;
        session.Digest.Authorize(info);
        core.Transactions.Send(now, info, core.NextHop(now, session.Dialog!, session.Line), this);
    }
}
