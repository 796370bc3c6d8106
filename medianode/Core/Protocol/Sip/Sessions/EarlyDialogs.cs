using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>The early dialogs of our INVITE, one for each fork that responded. The fork that spoke last is in focus.</summary>
internal sealed class EarlyDialogs(SipAgentCore core, SipSession session)
{
    /// <summary>A peer cannot make us keep more.</summary>
    private const int MostForks = 16;

    private readonly Dictionary<string, EarlyDialog> _byTag = [];
    private bool _isClosed;

    public EarlyDialog? Focus { get; private set; }

    /// <summary>Null for a response without a tag, and for a fork above the limit.</summary>
    public EarlyDialog? Of(Instant now, SipRequest invite, SipResponse response)
    {
        if (response.To.Tag is not { } tag) return null;
        if (!_byTag.TryGetValue(tag, out var fork))
        {
            if (_byTag.Count == MostForks) return null;
            Focus = fork = new EarlyDialog(SipDialog.FromResponse(invite, response));
            _byTag.Add(tag, fork);
            core.Dialogs[fork.Dialog.Id] = session;
            core.LookAhead(now, session);
            core.Watchers.Changed(session);
        }

        return Focus = fork;
    }

    /// <summary>Puts the fork that sent a request into focus, as long as none has answered.</summary>
    public void Turn(string tag)
    {
        if (!_isClosed) Focus = _byTag.GetValueOrDefault(tag) ?? Focus;
    }

    public SipDialog Joined(SipDialog dialog)
    {
        if (!_byTag.TryGetValue(dialog.RemoteTag, out var fork)) return dialog;
        return dialog with
        {
            LocalCSeq = Math.Max(dialog.LocalCSeq, fork.Dialog.LocalCSeq),
            RemoteCSeq = fork.Dialog.RemoteCSeq,
        };
    }

    public string? AnswerOf(string tag) => _byTag.GetValueOrDefault(tag)?.Answer;

    /// <summary>A fork is over (199): its requests are not heard any more, and another one comes into focus.</summary>
    public void Drop(string tag)
    {
        if (!_byTag.TryGetValue(tag, out var fork)) return;
        core.Dialogs.Remove(fork.Dialog.Id);
        if (Focus == fork) Focus = _byTag.Values.LastOrDefault(other => other != fork && core.Dialogs.ContainsKey(other.Dialog.Id));
    }

    /// <summary>A fork answered, or none will: requests find none of them any more. Their numbers stay, for a 2xx that comes late.</summary>
    public void Close()
    {
        foreach (var fork in _byTag.Values) core.Dialogs.Remove(fork.Dialog.Id);
        (_isClosed, Focus) = (true, null);
    }
}
