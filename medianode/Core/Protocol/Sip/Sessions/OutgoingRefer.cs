using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Our REFER in a confirmed dialog (RFC 3515): its response and the NOTIFYs tell how the peer's new call goes. One at a time.</summary>
internal sealed class OutgoingRefer(SipAgentCore core, SipSession session) : ITransactionUser
{
    private const int MaxTries = 3;

    private SipRequest? _request;
    private bool _isOpen;
    private int _tries;

    public ITimed? Timed => null;

    public bool IsOpen => _isOpen;

    public void Start(Instant now, string referTo)
    {
        if (_isOpen) return;
        (_isOpen, _tries) = (true, 0);
        var refer = session.Dialog!.Request(SipMethods.Refer, session.NextCSeq());
        core.AddCapabilities(refer, session.Line);
        refer.Headers.Add("Refer-To", referTo);
        refer.Headers.Add("Referred-By", $"<{session.Line.PreferredIdentity}>");
        if (core.Options.UserAgent.Length > 0) refer.Headers.Add("User-Agent", core.Options.UserAgent);
        Send(now, refer);
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional || !ReferenceEquals(request, _request) || response.IsSuccess) return;
        if (response.Status is 401 or 407 && _tries < MaxTries && session.Digest.Receive(request, response) == DigestOutcome.Answered)
            Send(now, request.Again(session.NextCSeq()));
        else
            Tell(response.Status, isFinal: true);
    }

    public void TimedOut(Instant now, SipRequest request) => Tell(408, isFinal: true);

    public void Unreachable(Instant now, SipRequest request) => Tell(503, isFinal: true);

    /// <returns>The status the NOTIFY deserves; it may overtake the response of the REFER (RFC 6665 §4.4.1).</returns>
    public int Receive(SipRequest notify)
    {
        if (!_isOpen) return 481;
        var isLast = notify.Headers["Subscription-State"]?.StartsWith("terminated", StringComparison.OrdinalIgnoreCase) == true;
        var status = notify.ContentType == SipFragment.ContentType ? SipFragment.Read(notify.Body.Span) : null;
        // A last word that says nothing is no success.
        if (status >= 200 || isLast) Tell(status is >= 200 ? status.Value : 408, isFinal: true);
        else if (status is { } progress) Tell(progress, isFinal: false);
        return 200;
    }

    private void Tell(int status, bool isFinal)
    {
        if (!_isOpen) return;
        _isOpen = !isFinal;
        core.Tell(new SessionReferNotified(session.Id, status, isFinal));
    }

    private void Send(Instant now, SipRequest refer)
    {
        _tries++;
        _request = refer;
        session.Digest.Authorize(refer);
        core.Transactions.Send(now, refer, core.NextHop(now, session.Dialog!, session.Line), this);
    }
}
