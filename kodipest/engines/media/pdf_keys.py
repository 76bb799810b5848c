"""What of a PDF is needed to show it: the names of ISO 32000-1 that draw. Anything else stays behind.

A list of what is allowed, not of what is known to be bad: programs write their own private keys.
"""


def _keys(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


# Tables 33 to 177, what a page paints with; tables 322 to 337, the order in which it is read out.
PAINTING = _keys("""
    Type Subtype ExtGState ColorSpace Pattern Shading XObject Font ProcSet Properties Resources
    Filter DecodeParms Predictor Colors BitsPerComponent Columns EarlyChange K EndOfLine Rows
    EncodedByteAlign EndOfBlock BlackIs1 DamagedRowsBeforeError JBIG2Globals ColorTransform
    FormType BBox Matrix Group StructParent StructParents OC Width Height Intent ImageMask Mask
    Decode Interpolate SMask SMaskInData Matte S CS I
    BaseFont FirstChar LastChar Widths FontDescriptor Encoding ToUnicode FontBBox FontMatrix
    CharProcs DescendantFonts CIDSystemInfo DW W DW2 W2 CIDToGIDMap Registry Ordering Supplement
    BaseEncoding Differences CMapName WMode UseCMap FontName FontStretch FontWeight
    Flags ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH AvgWidth MaxWidth
    MissingWidth FontFile FontFile2 FontFile3 CharSet Lang CIDSet Length1 Length2 Length3
    LW LC LJ ML D RI OP op OPM BG BG2 UCR UCR2 TR TR2 HT FL SM SA BM CA ca AIS TK G BC
    HalftoneType Frequency Angle SpotFunction AccurateScreens TransferFunction Xsquare Ysquare
    Width2 Height2 N Alternate Range WhitePoint BlackPoint Gamma Colorants Process Components
    PatternType PaintType TilingType XStep YStep ShadingType Background AntiAlias Domain Coords
    Function Extend BitsPerCoordinate BitsPerFlag VerticesPerRow FunctionType Size BitsPerSample
    Order Encode C0 C1 Functions Bounds
    OCGs P VE MCID
    Pg Stm Alt E ActualText ParentTree ParentTreeNextKey RoleMap Nums Kids Limits
""")
# Dictionaries whose keys are names that the file itself gave.
NAMED_BY_THE_FILE = _keys("""
    Font XObject ExtGState ColorSpace Pattern Shading Properties CharProcs Colorants RoleMap
""")
PROGRAMS = _keys("ToUnicode UseCMap")  # text in the language of PostScript, or a name
WORDS = _keys(
    "Registry Ordering CharSet Lang ActualText Alt E"
)  # strings among them that are needed

# Table 30. The boxes, what is painted, and which side is up.
PAGE = _keys("""
    Resources MediaBox CropBox BleedBox TrimBox ArtBox Rotate Group UserUnit StructParents Tabs
""")
# Table 28, the part that says how a book opens: Arabic ones from right to left.
VIEWING = _keys("Direction")
CATALOGUE = _keys("PageLayout Lang")
MARKED = _keys("Marked")
LAYERS = _keys("BaseState ON OFF")

# Annotations that show something (table 169). Notes of readers, files, sounds and films are not
# part of a book; the look of a form or a stamp is.
SHOWN_NOTES = _keys("""
    FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Stamp Ink
    Watermark Widget
""")
NOTE = _keys("Rect F C Border BS QuadPoints L LE IC Vertices InkList CA")

# Attributes of the structure (tables 341 to 349) that are no free words.
STRUCTURE = _keys("O Scope ColSpan RowSpan ListNumbering BBox Placement WritingMode")
