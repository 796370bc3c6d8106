namespace Azure.Data.Tables;

/// <summary>Merge keeps the stored properties that the new entity does not name; Replace drops them.</summary>
public enum TableUpdateMode
{
    Merge,
    Replace,
}
